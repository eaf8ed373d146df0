/** Cells large enough to look into: some columns, or all where they have room. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { drawFront, drawPaths } = await import(`./paths.js${version}`);
const { box, drawCurves, drawRead, drawSaid, isAsked, isAskedOnTheWay, write } =
  await import(`./strips.js${version}`);
const { drawGates, drawNorm, drawTile } = await import(`./tiles.js${version}`);

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
  const gone = line.phase === "forward" ? Math.floor(line.front) : film.count;
  const upTo = Math.min(view.last + 1, film.count - 1, gone);
  const { y, height } = rows.asked;
  drawCurves(brush, view.x, Math.max(view.first - 1, 0), upTo, y, height);
  context.globalAlpha = 1;
  return rows;
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

function drawCell(brush, view, rows, column) {
  const { context, theme, film, line } = brush;
  const { pitch } = view;
  const [x, wide] = [view.x(column), widthOf(pitch)];
  const [state, gradient] = [line.state(column), line.gradient(column)];
  const current = column === line.column;
  drawLinks(brush, rows, column, x);
  rows.lanes.forEach((row, index) => {
    const lane = film.lanes[index];
    const tile = { x, y: row.y, width: wide * (pitch < 60 ? 0.78 : 0.62), height: row.height };
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
