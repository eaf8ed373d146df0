/** All columns in a strip, thin as they may be, above the lens. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { drawCurves, drawRead, drawSaid, isAskedOnTheWay, write } = await import(
  `./strips.js${version}`
);
const { Timeline } = await import(`./timeline.js${version}`);

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

/**
 * The strip, drawn once for each set of data: dark, with all states, with all gradients.
 *
 * A frame only puts together pieces of the three, whatever the number of columns.
 */
export class Overview {
  /** Draw; `view` has x(column) for the middles, pitch, width, y and bottom. */
  constructor(brush, view) {
    const { film, ratio } = brush;
    Object.assign(this, { view, ratio, count: film.count });
    this.rows = rowsOf(film, view.y, view.bottom);
    const at = (place) => Object.assign(new Timeline(), { count: film.count, place });
    [this.dark, this.lit, this.back] = [-1, film.count, 2 * film.count].map((place) =>
      this.layer({ ...brush, line: at(place) }),
    );
  }

  layer(brush) {
    const { ratio, view } = this;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(view.width * ratio);
    canvas.height = Math.round(view.bottom * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    drawColumns({ ...brush, context }, view, this.rows, this.edge);
    return canvas;
  }

  /** Return the left edge of a column, on whole pixels: neighbours leave no seams. */
  edge = (column) => {
    const { view, ratio } = this;
    return Math.round((view.x(column) - view.pitch / 2) * ratio) / ratio;
  };

  draw(brush) {
    const { line } = brush;
    const { count } = this;
    const here = Math.max(Math.floor(line.shown) + 1, 0);
    const lit = Math.min(here, count);
    const back = count - Math.min(Math.max(here - 1 - count, 0), count);
    this.put(brush, this.dark, lit, count);
    if (lit < count) this.put(brush, this.lit, lit, lit + 1, line.state(lit));
    this.put(brush, this.lit, 0, Math.min(lit, back));
    this.put(brush, this.back, back, count);
    if (back > 0) this.put(brush, this.back, back - 1, back, line.gradient(back - 1));
  }

  /** Put columns of one of the three there. */
  put({ context }, layer, from, to, opacity = 1) {
    if (to <= from || opacity <= 0) return;
    const { ratio, view, count } = this;
    const left = from ? this.edge(from) : 0;
    const width = (to < count ? this.edge(to) : view.width) - left;
    const [sx, sw] = [left * ratio, width * ratio];
    context.globalAlpha = opacity;
    context.drawImage(layer, sx, 0, sw, layer.height, left, 0, width, layer.height / ratio);
    context.globalAlpha = 1;
  }
}

function drawColumns(brush, view, rows, edge) {
  const { film, line, context } = brush;
  rows.lanes.forEach((row, index) => {
    drawLane(brush, film.lanes[index], row, edge);
    drawRiver(brush, film.lanes[index].parts, row.river + RIVER / 2, edge);
  });
  for (let column = 0; column < film.count; column += 1) {
    const [state, back] = [line.state(column), line.gradient(column)];
    context.globalAlpha = (0.2 + 0.8 * state) * (1 - (1 - DIM) * back);
    if (rows.gates) drawGates(brush, column, rows.gates, edge);
    const x = view.x(column);
    drawRead(brush, column, x, view.pitch * 0.9, rows.read.y, rows.read.height);
    drawSaid(brush, column, x, view.pitch * 0.9, rows.asked.y, rows.asked.height);
  }
  context.globalAlpha = line.phase === "backward" ? 0.55 : 1;
  if (line.stop >= 0) {
    drawCurves(brush, view.x, 0, film.count - 1, rows.asked.y, rows.asked.height);
  }
  context.globalAlpha = 1;
  drawAxis(brush, view, rows);
}

/** Draw a state's units over time, or their gradients, or nothing yet. */
function drawLane({ context, film, line, theme }, lane, row, edge) {
  const image = { forward: null, loss: lane.image, backward: lane.glow }[line.phase];
  const [left, width] = [edge(0), edge(film.count) - edge(0)];
  if (image) {
    context.drawImage(image, 0, 0, film.count, film.rows, left, row.y, width, row.height);
  }
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(left, row.y, width, row.height);
}

/** Draw how much of the gradient is left: as broad and bright as the log scale says. */
function drawRiver({ context, film, line, theme }, parts, y, edge) {
  context.fillStyle = theme.grid;
  context.fillRect(edge(0), y - 0.5, edge(film.count) - edge(0), 1);
  for (let column = 0; column < film.count; column += 1) {
    const part = parts[column];
    if (line.phase !== "backward" || part === null || part < 0) continue;
    const thick = part > 0 ? 1.5 + part * (RIVER - 1.5) : 1;
    context.fillStyle = rgba(film.ink.gradient, part > 0 ? 0.2 + 0.8 * part : 0.4);
    context.fillRect(edge(column), y - thick / 2, edge(column + 1) - edge(column), thick);
  }
}

/** Draw the gates' mean openness as a row each. */
function drawGates({ context, film }, column, row, edge) {
  const [left, width] = [edge(column), edge(column + 1) - edge(column)];
  film.gates.forEach((gate, index) => {
    context.fillStyle = rgba(film.ink.gate, gate.mean[column] ?? 0);
    context.fillRect(left, row.y + index * GATE, width, GATE - 1.5);
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
