/** The paths between cells: a wire, what goes along it, and the gradient come back. */

const version = new URL(import.meta.url).search;
const { rgba } = await import(`./film.js${version}`);

/** Draw each state's path from cell to cell: a wire, and on it what comes back. */
export function drawPaths(brush, view, rows) {
  rows.lanes.forEach((row, index) => {
    const y = row.y + row.height / 2;
    const { parts } = brush.film.lanes[index];
    for (let column = view.first; column <= view.last; column += 1) {
      if (column) drawWire(brush, view.x(column - 1), view.x(column), y, column);
    }
    const most = Math.min(row.height * 0.8, 26);
    for (let column = view.first; column <= view.last; column += 1) {
      const gone = brush.line.gradient(column);
      if (gone <= 0) continue;
      const later = Math.min(column + 1, brush.film.count - 1);
      const place = { x: view.x(column), next: view.x(later), gone, y, most };
      drawStream(brush, parts[column], parts[later], place);
    }
  });
}

/** Draw the wire to a cell from the one before it, as far as its state has gone. */
function drawWire({ context, theme, line }, from, to, y, column) {
  const wire = (end, colour, width) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(end, y);
    context.stroke();
  };
  wire(to, theme.line, 1);
  const gone = line.phase === "backward" ? 0 : line.state(column);
  if (gone > 0) wire(from + gone * (to - from), theme.muted, 2);
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

/** Draw what is on its way between two cells, while it moves. */
export function drawFront({ context, film, line, theme }, view, rows) {
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
