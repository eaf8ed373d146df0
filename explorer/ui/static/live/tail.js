/**
 * The newest end of a chart's curves: what came since its figure was made.
 *
 * It is drawn over the chart, a path and a dot for each curve, because Plotly takes
 * longer for any change than lies between two updates. The next figure has these
 * points itself; those that it covers go.
 */

const { svg } = await import(`./dom.js${new URL(import.meta.url).search}`);

const GLIDE = 60; // ms in which a dot goes to its new place
const MOST = 300; // points of a curve
const DOT = 3.5; // px
const STEP = 0; // where what is told of an update stands in its row
const COLUMNS = { loss: 1, metric: 3 };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const isRecorded = (row) => row[COLUMNS.metric] !== null;
const mix = (a, b, part) => a.map((value, i) => value + (b[i] - value) * part);

export class Tail {
  /** Draw over `plot`, whose figure comes with `begin`. */
  constructor(plot) {
    this.plot = plot;
    this.root = svg("svg", { class: "live-tail", "aria-hidden": "true" });
    this.curves = [];
    this.clear();
  }

  clear() {
    this.rows = []; // those that were recorded, and at the end the newest
    this.shown = this.from = null; // [step, loss] of the dot now, and before it moved
    this.waits = true;
  }

  /** Take points, ascending; return whether there is a curve that they belong to. */
  take(rows) {
    if (!this.curves.length) return false;
    const { rows: known } = this;
    if (rows.at(-1)[STEP] < known.at(-1)?.[STEP]) known.length = 0; // the run was reset
    for (const row of rows) {
      if (row[STEP] <= (known.at(-1) ?? this.curves[0].end)[STEP]) continue;
      if (known.length && !isRecorded(known.at(-1))) known.pop();
      known.push(row);
    }
    known.splice(0, known.length - MOST);
    Object.assign(this, { from: this.shown, since: performance.now(), waits: true });
    return true;
  }

  /** Go on from a figure that has just been drawn. */
  begin(data) {
    const full = this.plot._fullLayout;
    const axis = (trace, letter) =>
      full[trace[`${letter}axis`]?.replace(letter, `${letter}axis`)];
    this.curves = data
      .filter((trace) => trace.meta?.live in COLUMNS && trace.x.length)
      .map((trace) => ({
        column: COLUMNS[trace.meta.live],
        line: trace.line,
        end: [trace.x.at(-1), trace.y.at(-1)],
        x: axis(trace, "x"),
        y: axis(trace, "y"),
      }))
      .filter(({ x, y }) => x?.d2p && y?.d2p);
    if (!this.curves.length) return;
    if (!this.root.isConnected) this.plot.append(this.root);
    this.rows = this.rows.filter((row) => row[STEP] > this.curves[0].end[STEP]);
    this.waits = true;
  }

  /** Draw; return whether the next frame has to draw again. */
  draw(now) {
    if (!this.waits) return false;
    const gone = calm.matches ? GLIDE : Math.max(now - this.since, 0);
    const part = Math.min(gone / GLIDE, 1);
    this.waits = this.rows.length > 0 && part < 1;
    const nodes = this.curves.flatMap((curve) => this.nodes(curve, part));
    this.root.replaceChildren(...nodes);
    return this.waits;
  }

  nodes(curve, part) {
    const { column, end } = curve;
    const points = this.rows
      .filter((row) => row[column] !== null)
      .map((row) => [row[STEP], row[column]]);
    if (!points.length) return [];
    let head = points.pop();
    if (column === COLUMNS.loss) {
      const from = this.from?.[STEP] > end[STEP] ? this.from : end;
      head = this.shown = mix(from, head, part);
    }
    const between = points.filter(([step]) => step < head[STEP]);
    return [drawing(curve, [end, ...between, head])];
  }
}

/** Return a curve through points [step, value], with a dot on the last. */
function drawing({ line, x, y }, points) {
  const places = points
    .map(([step, value]) => [x.d2p(step), y.d2p(value)])
    .filter((place) => place.every(Number.isFinite));
  if (!places.length) return svg("g");
  const [cx, low] = places.at(-1);
  const cy = Math.min(Math.max(low, 0), y._length); // in sight until the axis follows
  const path = svg("path", {
    d: `M${places.map((place) => place.map((each) => each.toFixed(1))).join("L")}`,
    stroke: line.color,
    "stroke-width": line.width,
  });
  const width = x._length + DOT;
  const frame = { x: x._offset, y: y._offset, width, height: y._length };
  return svg("svg", frame, path, svg("circle", { cx, cy, r: DOT, fill: line.color }));
}
