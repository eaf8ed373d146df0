/** The loss: a lamp that lights up when the first pass has arrived, with its number. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { number } = await import(`./numbers.js${version}`);
const { write } = await import(`./strips.js${version}`);
const { isCalm } = await import(`./timeline.js${version}`);

/** Draw the loss, which lights up when the first pass has arrived. */
export function drawLoss(brush, rows, from, x, pitch) {
  const { context, theme, film, line, now } = brush;
  const lane = rows.lanes.at(-1);
  const y = lane.y + lane.height / 2;
  const lit = line.loss;
  const colour = rgba(film.ink.gradient, 1);
  context.strokeStyle = lit ? colour : theme.line;
  context.lineWidth = lit ? 2.5 : 1;
  context.beginPath();
  context.moveTo(from + Math.min(pitch * 0.37, pitch / 2), y);
  context.lineTo(x - 15, y);
  context.stroke();
  if (lit > 0) {
    const pulse = isCalm() || line.phase !== "loss" ? 0 : Math.sin(now / 180) * 3;
    const halo = context.createRadialGradient(x, y, 4, x, y, 44 + pulse);
    halo.addColorStop(0, rgba(film.ink.gradient, 0.75 * lit));
    halo.addColorStop(1, rgba(film.ink.gradient, 0));
    context.fillStyle = halo;
    context.fillRect(x - 60, y - 60, 120, 120);
  }
  context.beginPath();
  context.arc(x, y, 14, 0, 2 * Math.PI);
  context.fillStyle = lit ? colour : theme.ground;
  context.fill();
  context.strokeStyle = lit ? colour : theme.muted;
  context.lineWidth = 1.5;
  context.stroke();
  write(brush, "L", x, y + 0.5, 20, lit ? "#fff" : theme.muted, 14, 700);
  tellLoss(brush, x, y, lit);
}

function tellLoss(brush, x, y, lit) {
  const { theme, film, context, width, words } = brush;
  if (lit <= 0) return;
  const most = 2 * (width - x) - 2;
  context.globalAlpha = lit;
  const small = most < 90;
  write(brush, words.loss, x, y + 26, most, theme.muted, 11.5);
  write(brush, number(film.loss), x, y + 42, most, theme.text, small ? 12 : 16, 700);
  if (film.answers.kind === "end" && !small) {
    const { target, answer, right } = film.answers;
    const mark = right === null ? "" : right ? "✓ " : "✕ ";
    write(brush, target, x, y - 42, most, theme.muted, 11.5);
    write(brush, mark + answer, x, y - 26, most, theme.text, 11.5, 600);
  }
  context.globalAlpha = 1;
}
