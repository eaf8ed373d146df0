/** What a cell holds: a tile of units for each state, their norm, a gauge a gate. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);
const { at, number } = await import(`./numbers.js${version}`);
const { box, write } = await import(`./strips.js${version}`);

const NAMED = 34; // px from cell to cell from which gates have their letters

/** Draw a state's units: their values, or, come back, their gradients. */
export function drawTile(brush, lane, column, tile, state, gradient) {
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
export function drawNorm(brush, lane, column, tile, pitch, gradient, state) {
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
export function drawGates(brush, column, x, wide, row, pitch) {
  const { context, theme, film } = brush;
  const named = pitch >= NAMED;
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
