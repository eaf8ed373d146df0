/** What runs below and above the cells: what is read, and what is asked and said. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { number } = await import(`./numbers.js${version}`);

const FEW = 2; // channels that are drawn as bars; more are colours
const WORD = 15; // px that the smallest word needs

/** Draw a box with round corners. */
export function box(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
}

/** Write a short text in the middle of (x, y), no wider than `most`. */
export function write({ context, theme }, text, x, y, most, colour, size = 11, weight = 500) {
  context.font = `${weight} ${size}px ${theme.font}`;
  context.fillStyle = colour;
  context.textAlign = "center";
  context.textBaseline = "middle";
  let shown = text;
  const surely = text.length * size < most; // measuring is dear
  while (!surely && shown.length > 1 && context.measureText(shown).width > most) {
    shown = shown.slice(0, -1);
  }
  context.fillText(shown, x, y);
}

/** Draw what is read at a column, within `width` around x. */
export function drawRead(brush, column, x, width, y, height) {
  const { inputs } = brush.film;
  if (inputs.kind === "symbols") drawSymbol(brush, column, x, width, y, height);
  else if (inputs.names.length <= FEW) drawBars(brush, column, x, width, y, height);
  else drawColours(brush, column, x, width, y, height);
}

function drawSymbol(brush, column, x, width, y, height) {
  const { context, film, theme } = brush;
  const symbol = film.inputs.shown[column];
  const bold = film.inputs.bold.includes(symbol);
  const colour = film.inputs.colours[symbol];
  const wide = Math.max(Math.min(width, 64), 1);
  const tall = width < WORD ? (bold ? height : height / 3) : Math.min(height, 24);
  box(context, x - wide / 2, y + (height - tall) / 2, wide, tall, 6);
  context.fillStyle = bold ? colour : theme.grid;
  context.fill();
  if (width < WORD) return;
  const name = film.inputs.names[symbol];
  write(brush, name, x, y + height / 2 + 0.5, wide - 2, bold ? "#fff" : theme.text, 12, 600);
}

function drawBars(brush, column, x, width, y, height) {
  const { context, film, theme } = brush;
  const { values, low, high, names } = film.inputs;
  const wordy = width >= 40;
  const tall = height - (wordy ? 14 : 0);
  const toY = (value) => y + tall - ((value - low) / (high - low)) * tall;
  const each = Math.min(width, 46) / names.length;
  names.forEach((name, channel) => {
    const value = values[column * names.length + channel];
    const left = x + (channel - names.length / 2) * each;
    const [from, to] = [toY(0), toY(Number.isFinite(value) ? value : 0)];
    const wide = Math.max(each * (each > 3 ? 0.8 : 1), 0.8);
    context.fillStyle = channel ? rgba(film.ink.target, 1) : theme.muted;
    context.fillRect(left, Math.min(from, to), wide, Math.max(Math.abs(to - from), 0.8));
  });
  if (!wordy) return;
  const words = names.map((_, channel) =>
    number(values[column * names.length + channel], 2),
  );
  write(brush, words.join(" · "), x, y + height - 5, width, theme.muted, 10.5);
}

function drawColours({ context, film, theme }, column, x, width, y, height) {
  const wide = Math.min(width, 40);
  const rows = film.inputs.names.length;
  context.drawImage(film.inputs.image, column, 0, 1, rows, x - wide / 2, y, wide, height);
  if (wide < 6) return;
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.strokeRect(x - wide / 2, y, wide, height);
}

/** Say whether something is asked before the end. */
export const isAskedOnTheWay = (film) => film.answers.kind !== "end";

/** Say whether something is asked at a column. */
export function isAsked({ answers, count }, column) {
  if (answers.kind === "end") return column === count - 1;
  return answers.kind === "curves" || answers.targets[column] >= 0;
}

/** Draw what is asked and said at a column; curves are drawn by `drawCurves`. */
export function drawSaid(brush, column, x, width, y, height) {
  const { context, film, theme } = brush;
  const { answers } = film;
  if (answers.kind !== "marks") return;
  const [target, said] = [answers.targets[column], answers.said[column]];
  const wide = Math.max(Math.min(width, 64), 1);
  const half = height / 2;
  if (target < 0) {
    context.fillStyle = theme.grid;
    context.fillRect(x - wide / 2, y + half - 1, wide, 2);
    return;
  }
  const counts = answers.counted[column];
  const right = target === said;
  const colour = rgba(right || !counts ? film.ink.answer : film.ink.wrong, counts ? 1 : 0.5);
  box(context, x - wide / 2, y + half + 1, wide, half - 1, 5);
  context.fillStyle = colour;
  context.fill();
  box(context, x - wide / 2 + 0.75, y + 0.75, wide - 1.5, half - 2.5, 5);
  context.strokeStyle = rgba(film.ink.target, 1);
  context.lineWidth = width < WORD ? 1 : 1.5;
  context.stroke();
  if (width < WORD) return;
  write(brush, answers.names[target], x, y + half / 2, wide - 3, theme.text, 11, 600);
  write(brush, answers.names[said], x, y + 1.5 * half + 0.5, wide - 3, "#fff", 11, 600);
}

/** Draw series of targets and answers; `toX` places a column, `upTo` is the last one. */
export function drawCurves(brush, toX, from, upTo, y, height) {
  const { context, film } = brush;
  const { answers } = film;
  if (answers.kind !== "curves") return;
  const channels = answers.names.length;
  const span = answers.high - answers.low;
  const toY = (value) =>
    y + height - Math.min(Math.max((value - answers.low) / span, 0), 1) * height;
  const curve = (values, channel) => {
    context.beginPath();
    let pen = false;
    for (let column = from; column <= upTo; column += 1) {
      const value = values[column * channels + channel];
      if (!Number.isFinite(value)) pen = false;
      else if (pen) context.lineTo(toX(column), toY(value));
      else context.moveTo(toX(column), toY(value));
      if (Number.isFinite(value)) pen = true;
    }
    context.stroke();
  };
  context.lineWidth = 1.75;
  for (let channel = 0; channel < channels; channel += 1) {
    context.strokeStyle = rgba(film.ink.target, 1);
    context.setLineDash([4, 3]);
    curve(answers.targets, channel);
    context.strokeStyle = rgba(film.ink.answer, 1);
    context.setLineDash([]);
    curve(answers.answers, channel);
  }
}
