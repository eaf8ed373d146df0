/** Cells large enough to look into: some columns, or all where they have room. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { at, number } = await import(`./numbers.js${version}`);
const { box, drawCurves, drawRead, drawSaid, isAsked, isAskedOnTheWay, write } =
  await import(`./strips.js${version}`);

const PAD = 9;
const WORDY = 54; // px from cell to cell from which there are numbers in words
const WORD = 16; // px of a line of words
const LEAST_LANE = 26; // px of a state's units, below which they have no words
const AXIS = 20;
const DIM = 0.28; // of what the other pass has shown

/** Lay out the rows of a cell between y and `bottom`. */
export function rowsOf(film, y, bottom, pitch) {
  const asked = isAskedOnTheWay(film) ? 40 : 0;
  const read = Math.min(48, 0.16 * (bottom - y));
  const gates = film.gates.length ? (pitch >= 34 ? 48 : 30) : 0;
  const top = y + (asked ? asked + 14 : 4);
  const foot = bottom - AXIS - read - 14;
  const free = foot - top - 2 * PAD - (gates && gates + 8);
  const room = free / film.lanes.length;
  const words = pitch >= WORDY && room >= LEAST_LANE + WORD ? WORD : 4;
  const lane = room - words;
  const rows = { asked: { y, height: asked }, read: { y: foot + 14, height: read } };
  let next = top + PAD;
  rows.lanes = film.lanes.map((_, index) => {
    if (gates && index === film.lanes.length - 1) {
      rows.gates = { y: next, height: gates };
      next += gates + 8;
    }
    const place = { y: next, height: lane, words };
    next += lane + words;
    return place;
  });
  return Object.assign(rows, { top, foot, axis: bottom - AXIS / 2, words });
}

/**
 * Draw columns `view.first` … `view.last` with the paths between them.
 *
 * `view` has x(column), pitch, and the y and bottom of it all.
 */
export function drawCells(brush, view) {
  const rows = rowsOf(brush.film, view.y, view.bottom, view.pitch);
  const columns = [];
  for (let column = view.first; column <= view.last; column += 1) columns.push(column);
  for (const column of columns) drawBox(brush, view, rows, column);
  drawPaths(brush, view, rows);
  for (const column of columns) drawCell(brush, view, rows, column);
  drawFront(brush, view, rows);
  const { context, film, line } = brush;
  context.globalAlpha = line.phase === "backward" ? 0.55 : 1;
  const upTo = Math.min(view.last + 1, film.count - 1, Math.floor(line.phase === "forward" ? line.front : 1e9));
  drawCurves(brush, view.x, Math.max(view.first - 1, 0), upTo, rows.asked.y, rows.asked.height);
  context.globalAlpha = 1;
  return rows;
}

/** Draw each state's path from cell to cell: a wire, and on it what comes back. */
function drawPaths(brush, view, rows) {
  const { context, theme, film, line } = brush;
  rows.lanes.forEach((row, index) => {
    const y = row.y + row.height / 2;
    const { parts } = film.lanes[index];
    for (let column = view.first; column <= view.last; column += 1) {
      const [from, to] = [view.x(column - 1), view.x(column)];
      const gone = line.state(column);
      context.strokeStyle = theme.line;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(column ? from : to, y);
      context.lineTo(to, y);
      context.stroke();
      if (gone > 0 && column && line.phase !== "backward") {
        context.strokeStyle = theme.muted;
        context.lineWidth = 2;
        context.beginPath();
        context.moveTo(from, y);
        context.lineTo(from + gone * (to - from), y);
        context.stroke();
      }
    }
    const most = Math.min(row.height * 0.8, 26);
    for (let column = view.first; column <= view.last; column += 1) {
      const gone = line.gradient(column);
      const next = column < film.count - 1 ? view.x(column + 1) : view.x(column);
      if (gone > 0) {
        drawStream(brush, parts[column], parts[column + 1] ?? parts[column], {
          x: view.x(column),
          next,
          gone,
          y,
          most,
        });
      }
    }
  });
}

/** Draw the gradient on its way from the next cell to this one. */
function drawStream({ context, film }, part, before, { x, next, gone, y, most }) {
  if (part === null || part < 0) return;
  const end = next + gone * (x - next);
  const thick = (p) => (p === null || p <= 0 ? 1 : 2 + p * (most - 2));
  const [a, b] = [thick(before) / 2, thick(part) / 2];
  const opacity = part <= 0 ? 0.35 : 0.12 + 0.88 * part;
  const flow = context.createLinearGradient(next, 0, x, 0);
  const earlier = before === null || before < 0 ? 0 : 0.12 + 0.88 * before;
  flow.addColorStop(0, rgba(film.ink.gradient, earlier));
  flow.addColorStop(1, rgba(film.ink.gradient, opacity));
  context.fillStyle = next === x ? rgba(film.ink.gradient, opacity) : flow;
  const middle = a + gone * (b - a);
  context.beginPath();
  context.moveTo(next, y - a);
  context.lineTo(end, y - middle);
  context.lineTo(end, y + middle);
  context.lineTo(next, y + a);
  context.fill();
}

const widthOf = (pitch) => Math.min(pitch * 0.74, pitch - 7);

/** Draw the frame of a cell, on which its paths lie. */
function drawBox({ context, theme, line }, view, rows, column) {
  const wide = widthOf(view.pitch);
  const current = column === line.column;
  box(context, view.x(column) - wide / 2, rows.top, wide, rows.foot - rows.top, 10);
  context.globalAlpha = 0.32;
  context.fillStyle = theme.grid;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = current ? theme.text : theme.line;
  context.lineWidth = current ? 2 : 1;
  context.stroke();
}

/** Draw what is on its way between two cells, while it moves. */
function drawFront({ context, film, line, theme }, view, rows) {
  if (line.shown === line.stop || line.phase === "loss") return;
  const x = view.x(line.phase === "forward" ? line.shown : 2 * film.count - line.shown);
  const back = line.phase === "backward";
  rows.lanes.forEach((row, index) => {
    const part = back ? film.lanes[index].parts[line.column] : 1;
    if (part === null || part < 0) return;
    const y = row.y + row.height / 2;
    const reach = 8 + 16 * part;
    const light = context.createRadialGradient(x, y, 1, x, y, reach);
    const ink = back ? film.ink.gradient : film.ink.idle;
    light.addColorStop(0, rgba(ink, 0.95));
    light.addColorStop(0.35, rgba(ink, 0.5));
    light.addColorStop(1, rgba(ink, 0));
    context.fillStyle = light;
    context.fillRect(x - reach, y - reach, 2 * reach, 2 * reach);
    context.fillStyle = theme.ground;
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
  });
}

function drawCell(brush, view, rows, column) {
  const { context, theme, film, line } = brush;
  const { pitch } = view;
  const [x, wide] = [view.x(column), widthOf(pitch)];
  const [state, gradient] = [line.state(column), line.gradient(column)];
  const current = column === line.column;
  drawLinks(brush, rows, column, x);
  rows.lanes.forEach((row, index) => {
    const lane = film.lanes[index];
    const tile = { x, y: row.y, width: wide * 0.62, height: row.height };
    drawTile(brush, lane, column, tile, state, gradient);
    if (row.words === WORD) drawNorm(brush, lane, column, tile, pitch, gradient, state);
  });
  context.globalAlpha = (0.15 + 0.85 * state) * (1 - (1 - DIM) * gradient);
  if (rows.gates) drawGates(brush, column, x, wide, rows.gates, pitch);
  drawRead(brush, column, x, pitch * 0.8, rows.read.y, rows.read.height);
  drawSaid(brush, column, x, pitch * 0.8, rows.asked.y, rows.asked.height);
  context.globalAlpha = 1;
  const label = film.times[column];
  const most = pitch - 4;
  const every = pitch >= 26 ? 1 : 5;
  if (column % every && !current) return;
  const colour = current ? theme.text : theme.muted;
  const text = pitch >= WORDY ? `t = ${label}` : String(label);
  write(brush, text, x, rows.axis, most, colour, 11.5, current ? 700 : 500);
}

/** Draw what goes up from the input, and to the answer; and what comes down from it. */
function drawLinks({ context, theme, film, line }, rows, column, x) {
  const wire = (from, to, colour, width) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x, from);
    context.lineTo(x, to);
    context.stroke();
  };
  const lit = line.state(column) > 0 && !line.gradient(column);
  wire(rows.read.y - 2, rows.foot, lit ? theme.muted : theme.line, lit ? 1.75 : 1);
  if (!rows.asked.height || !isAsked(film, column)) return;
  const back = line.gradient(column) > 0;
  const down = rows.asked.y + rows.asked.height + 1;
  wire(down, rows.top, back ? rgba(film.ink.gradient, 1) : theme.line, back ? 2.5 : 1);
}

/** Draw a state's units: their values, or, come back, their gradients. */
function drawTile(brush, lane, column, tile, state, gradient) {
  const { context, theme, film } = brush;
  const [x, y] = [tile.x - tile.width / 2, tile.y];
  context.fillStyle = theme.ground;
  context.fillRect(x, y, tile.width, tile.height);
  const show = (image, opacity) => {
    if (opacity <= 0) return;
    context.globalAlpha = opacity;
    context.drawImage(image, column, 0, 1, film.rows, x, y, tile.width, tile.height);
    context.globalAlpha = 1;
  };
  show(lane.image, state * (1 - gradient));
  show(lane.glow, gradient);
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(x, y, tile.width, tile.height);
  const each = tile.height / film.rows;
  if (each < 13 || tile.width < 34 || gradient > 0.5 || state < 1) return;
  for (let row = 0; row < film.rows; row += 1) {
    const value = lane.values[column * film.rows + row];
    const strong = Math.abs(value) > 0.55 * lane.limit;
    const colour = strong ? "#fff" : theme.text;
    write(brush, number(value, 2), tile.x, y + (row + 0.5) * each, tile.width, colour, 10.5);
  }
}

/** Write a state's norm below it, or the norm of the gradient that came back to it. */
function drawNorm(brush, lane, column, tile, pitch, gradient, state) {
  const { theme, context } = brush;
  if (state <= 0) return;
  const back = gradient > 0.5;
  const value = back ? lane.gradients[column] : lane.norms[column];
  const text = value === 0 && back ? "0" : number(value, pitch >= 80 ? 3 : 2);
  context.globalAlpha = back ? gradient : state;
  const weight = back ? 650 : 500;
  const y = tile.y + tile.height + 9;
  write(brush, text, tile.x, y, pitch - 3, back ? theme.text : theme.muted, 10.5, weight);
  context.globalAlpha = 1;
}

/** Draw a gauge for each gate: its mean over the units, and where most of them lie. */
function drawGates(brush, column, x, wide, row, pitch) {
  const { context, theme, film } = brush;
  const named = pitch >= 34;
  const tall = row.height - (named ? 14 : 2);
  const each = Math.min((wide - 6) / film.gates.length, 22);
  const thick = Math.min(each * 0.62, 11);
  film.gates.forEach((gate, index) => {
    const middle = x + (index - (film.gates.length - 1) / 2) * each;
    const toY = (value) => row.y + tall * (1 - value);
    box(context, middle - thick / 2, row.y, thick, tall, 3);
    context.fillStyle = theme.grid;
    context.fill();
    const mean = gate.mean[column];
    if (mean !== null) {
      box(context, middle - thick / 2, toY(mean), thick, Math.max(tall * mean, 1), 3);
      context.fillStyle = rgba(film.ink.gate, 1);
      context.fill();
      context.strokeStyle = theme.text;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(middle, toY(gate.low[column]));
      context.lineTo(middle, toY(gate.high[column]));
      context.stroke();
    }
    if (!named) return;
    const name = pitch >= 90 ? at(gate.name) : gate.name;
    write(brush, name, middle, row.y + tall + 8, each, theme.muted, 10.5, gate.keeps ? 750 : 500);
  });
}
