/**
 * Moving a flat chart through time without redrawing it.
 *
 * Plotly draws every point once; going from one t to the next then only shows, hides
 * and moves the few nodes that differ, which keeps 60 pictures a second where a redraw
 * takes 50 ms. It relies on how Plotly arranges its SVG; `find` answers null where the
 * nodes are not as expected, and the chart is redrawn for each t instead.
 */

/** Say whether all timed traces are of the kind that can be moved. */
export const isFlat = (data) =>
  data.every(
    ({ type, xaxis, yaxis, meta }) =>
      !(meta?.until ?? meta?.at) || (type === "scatter" && !xaxis && !yaxis),
  );

export class Motion {
  /** Find the nodes of a chart drawn with all of its points and the heads of time t. */
  static find(plot, data, t) {
    const { xaxis, yaxis } = plot._fullLayout ?? {};
    if (!xaxis?.l2p || !yaxis?.l2p) return null;
    const groups = new Map();
    for (const group of plot.querySelectorAll(".scatterlayer > .trace")) {
      const index = group.__data__?.[0]?.trace?.index;
      if (index === undefined) return null;
      groups.set(index, group);
    }
    const motion = new Motion(t);
    data.forEach((trace, index) => {
      const group = groups.get(index); // missing: hidden by a click on the legend
      if (!group) return;
      const place = (at) => [xaxis.d2p(trace.x[at]), yaxis.d2p(trace.y[at])];
      const { until, at } = trace.meta ?? {};
      if (until && trace.mode === "lines") motion.addLine(group, trace, place);
      else if (until) motion.addTrail(group, trace);
      else if (at) motion.addHeads(group, trace, data, groups);
    });
    return motion.complete ? motion : null;
  }

  constructor(drawnAt) {
    this.drawnAt = drawnAt;
    this.shown = Infinity; // Plotly has drawn all points
    this.lines = [];
    this.trails = [];
    this.heads = [];
    this.complete = true;
  }

  addLine(group, trace, place) {
    const nodes = group.querySelectorAll("path.js-line");
    const pieces = [[]];
    trace.meta.until.forEach((time, index) => {
      const gap = time === null || trace.x[index] === null || trace.y[index] === null;
      if (!gap) pieces.at(-1).push({ time, text: place(index).map(round).join() });
      else if (pieces.at(-1).length) pieces.push([]);
    });
    const drawn = pieces.filter((piece) => piece.length);
    if (drawn.length !== nodes.length) this.complete = false;
    else nodes.forEach((node, index) => this.lines.push([node, drawn[index]]));
  }

  addTrail(group, trace) {
    for (const node of points(group)) {
      this.trails.push([node, trace.meta.until[node.__data__.i]]);
      node.style.display = "";
    }
  }

  addHeads(group, trace, data, groups) {
    const sameX = (other) =>
      other.meta?.until &&
      other.mode === "markers" &&
      other.x.length === trace.x.length &&
      other.x.every((x, index) => x === trace.x[index]);
    const partner = data.findIndex(sameX);
    const layer = group.querySelector(".points");
    if (partner < 0 || !layer) this.complete = false;
    else if (groups.has(partner)) {
      const nodes = points(groups.get(partner));
      this.heads.push({ layer, trace, nodes, small: data[partner].marker.size });
    }
  }

  /** Show the chart at time t. */
  show(t) {
    const [early, late] = [Math.min(t, this.shown), Math.max(t, this.shown)];
    for (const [node, time] of this.trails) {
      if (time > early && time <= late) node.style.display = time <= t ? "" : "none";
    }
    for (const [node, piece] of this.lines) {
      const seen = piece.filter(({ time }) => time <= t);
      node.setAttribute("d", `M${seen.map(({ text }) => text).join("L") || "0,0"}`);
    }
    for (const heads of this.heads) this.showHeads(heads, t);
    this.shown = t;
  }

  showHeads({ layer, trace, nodes, small }, t) {
    const own = t === this.drawnAt;
    layer.querySelectorAll(".live-mark").forEach((mark) => mark.remove());
    for (const node of points(layer)) node.style.display = own ? "" : "none";
    if (own) return;
    const { at } = trace.meta;
    const nearest = at.reduce((a, b) => (Math.abs(b - t) < Math.abs(a - t) ? b : a));
    const scale = trace.marker.size / small;
    const { width = 0, color = "none" } = trace.marker.line ?? {};
    for (const node of nodes) {
      if (at[node.__data__.i] !== nearest) continue;
      const mark = node.cloneNode();
      mark.setAttribute("class", "live-mark");
      const there = node.getAttribute("transform");
      mark.setAttribute("transform", `${there} scale(${scale})`);
      Object.assign(mark.style, {
        display: "",
        opacity: trace.marker.opacity ?? 1,
        stroke: color,
        strokeWidth: `${width / scale}px`,
      });
      layer.append(mark);
    }
  }
}

const points = (group) => [...group.querySelectorAll("path.point")];
const round = (pixels) => Math.round(pixels * 100) / 100;
