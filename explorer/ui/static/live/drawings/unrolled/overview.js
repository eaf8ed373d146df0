/** All columns in a strip, thin as they may be, above the lens. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { drawCurves, drawRead, drawSaid, isAskedOnTheWay, write } = await import(
  `./strips.js${version}`
);

const AXIS = 18;
const RIVER = 20; // px of the widest gradient
const GATE = 9;
const DIM = 0.3;

/** Lay out the rows of the strip between y and `bottom`. */
export function rowsOf(film, y, bottom) {
  const asked = isAskedOnTheWay(film) ? 28 : 0;
  const top = y + (asked ? asked + 6 : 0);
  const read = 22;
  const gates = film.gates.length * GATE + (film.gates.length ? 6 : 0);
  const free = bottom - AXIS - read - 6 - top - gates;
  const lane = free / film.lanes.length - RIVER - 4;
  const rows = { asked: { y, height: asked } };
  let next = top;
  rows.lanes = film.lanes.map((_, index) => {
    if (gates && index === film.lanes.length - 1) {
      rows.gates = { y: next, height: gates - 6 };
      next += gates;
    }
    const place = { y: next, height: lane, river: next + lane + 2 };
    next += lane + RIVER + 4;
    return place;
  });
  rows.read = { y: next + 2, height: read };
  return Object.assign(rows, { top, axis: bottom - AXIS / 2 });
}

/** Draw all columns; `view` has x(column) for their middles, pitch, y and bottom. */
export function drawOverview(brush, view) {
  const { film, line, context } = brush;
  const rows = rowsOf(film, view.y, view.bottom);
  const edge = (column) => view.x(column) - view.pitch / 2;
  rows.lanes.forEach((row, index) => {
    drawLane(brush, film.lanes[index], row, edge);
    drawRiver(brush, film.lanes[index].parts, row.river + RIVER / 2, view, edge);
  });
  for (let column = 0; column < film.count; column += 1) {
    const [state, back] = [line.state(column), line.gradient(column)];
    context.globalAlpha = (0.2 + 0.8 * state) * (1 - (1 - DIM) * back);
    if (rows.gates) drawGates(brush, column, rows.gates, view.pitch, edge(column));
    const x = view.x(column);
    drawRead(brush, column, x, view.pitch * 0.9, rows.read.y, rows.read.height);
    drawSaid(brush, column, x, view.pitch * 0.9, rows.asked.y, rows.asked.height);
  }
  context.globalAlpha = line.phase === "backward" ? 0.55 : 1;
  const upTo = line.phase === "forward" ? Math.floor(line.front) : film.count - 1;
  drawCurves(brush, view.x, 0, upTo, rows.asked.y, rows.asked.height);
  context.globalAlpha = 1;
  drawAxis(brush, view, rows);
  return rows;
}

/** Draw a state's units over time, as far as they are there. */
function drawLane({ context, film, line, theme }, lane, row, edge) {
  const show = (image, from, to, opacity = 1) => {
    if (to <= from || opacity <= 0) return;
    const [left, width] = [edge(from), edge(to) - edge(from)];
    context.globalAlpha = opacity;
    context.drawImage(image, from, 0, to - from, film.rows, left, row.y, width, row.height);
    context.globalAlpha = 1;
  };
  const whole = Math.min(Math.floor(line.shown) + 1, film.count);
  const back = Math.max(film.count - Math.max(Math.floor(line.shown) - film.count, 0), 0);
  show(lane.image, 0, Math.min(whole, back));
  if (whole < film.count) show(lane.image, whole, whole + 1, line.state(whole));
  show(lane.glow, back, film.count);
  if (back > 0) show(lane.glow, back - 1, back, line.gradient(back - 1));
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(edge(0), row.y, edge(film.count) - edge(0), row.height);
}

/** Draw how much of the gradient is left: as broad and bright as the log scale says. */
function drawRiver({ context, film, line, theme }, parts, y, view, edge) {
  context.fillStyle = theme.grid;
  context.fillRect(edge(0), y - 0.5, edge(film.count) - edge(0), 1);
  for (let column = 0; column < film.count; column += 1) {
    const gone = line.gradient(column);
    const part = parts[column];
    if (gone <= 0 || part === null || part < 0) continue;
    const thick = part > 0 ? 1.5 + part * (RIVER - 1.5) : 1;
    context.fillStyle = rgba(film.ink.gradient, gone * (part > 0 ? 0.2 + 0.8 * part : 0.4));
    context.fillRect(edge(column), y - thick / 2, view.pitch + 0.3, thick);
  }
}

/** Draw the gates' mean openness as a row each. */
function drawGates({ context, film }, column, row, pitch, left) {
  film.gates.forEach((gate, index) => {
    context.fillStyle = rgba(film.ink.gate, gate.mean[column] ?? 0);
    context.fillRect(left, row.y + index * GATE, pitch + 0.3, GATE - 1.5);
  });
}

function drawAxis(brush, view, rows) {
  const { film, theme } = brush;
  const room = film.count * view.pitch;
  const stride = niceStride(film.length, room / 64);
  const { times } = film;
  let last = -1e9;
  for (let t = 0; t < film.length; t += stride) {
    const x = view.x(film.columnOf(t));
    if (x - last < 40) continue;
    write(brush, String(t), x, rows.axis, 60, theme.muted, 11);
    last = x;
  }
  const end = view.x(film.count - 1);
  if (end - last > 30) write(brush, String(times.at(-1)), end, rows.axis, 60, theme.muted, 11);
}

/** Return a round number of time steps between two labels. */
function niceStride(length, labels) {
  const least = length / Math.max(labels, 2);
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least) ?? 10 * power;
}
