/**
 * A sequence with and without a change: what is changed, and both futures.
 *
 * Above stand the controls, below three panels over one time axis: the readout, the
 * distance of the states on a log axis, and the units that moved most. A press into the
 * panels moves the change there.
 */

const version = new URL(import.meta.url).search;
const { element, setAttributes, setText, svg } = await import(`../dom.js${version}`);
const { plain, power, range, ticks } = await import(`./_scales.js${version}`);
const { Controls } = await import(`./_controls.js${version}`);

const LEFT = 46;
const RIGHT = 10;
const LINE = 20; // px above a panel, for a line of its words
const NARROW = 560; // px: below it the words take two lines
const AXIS = 34; // px below the last one
const SHARES = [0.36, 0.34, 0.3]; // of the height
const DASHES = ["", "6 4", "2 3"];
const MOST_DECADES = 16; // more than float64 can tell apart

export default class Perturb {
  constructor(plot, told) {
    Object.assign(this, { plot, told });
    this.controls = new Controls((change) => told.choose("change", change));
    this.said = element("p", { class: "pt-said", "aria-live": "polite" });
    this.picture = svg("svg", { class: "pt-picture", "aria-hidden": "true" });
    this.canvas = element("canvas", { class: "pt-map", "aria-hidden": "true" });
    this.cursor = element("i", { class: "live-cursor" });
    this.panels = element(
      "div",
      { class: "pt-panels" },
      this.canvas,
      this.picture,
      this.cursor,
    );
    this.panels.onclick = (event) => this.press(event);
    this.root = element("div", { class: "pt" }, this.controls.root, this.said, this.panels);
    plot.replaceChildren(this.root);
  }

  show(data, { t, theme, fresh }) {
    Object.assign(this, { data, theme, t });
    if (fresh) {
      this.controls.show(data, t);
      setText(this.said, data.broken || data.said);
      setAttributes(this.panels, { title: data.words.press });
      this.draw();
    }
    this.controls.seen(t);
    this.cursor.style.height = `${Math.max(this.height - AXIS, 0)}px`;
    this.cursor.style.transform = `translateX(${this.x(t)}px)`;
  }

  x(t) {
    const inner = this.width - LEFT - RIGHT;
    return LEFT + (inner * (t + 0.5)) / Math.max(this.data.length, 1);
  }

  press(event) {
    const { left } = this.panels.getBoundingClientRect();
    const inner = this.width - LEFT - RIGHT;
    const share = (event.clientX - left - LEFT) / inner;
    if (share < 0 || share > 1) return;
    const t = Math.min(Math.floor(share * this.data.length), this.data.length - 1);
    this.controls.moveTo(t);
  }

  draw() {
    this.width = this.panels.clientWidth;
    this.height = this.panels.clientHeight;
    setAttributes(this.picture, { width: this.width, height: this.height });
    const room = this.height - AXIS;
    const lines = this.width < NARROW ? 2 : 1;
    const head = lines * LINE;
    const heights = SHARES.map((share) => share * room);
    const tops = [0, heights[0], heights[0] + heights[1]];
    this.picture.replaceChildren();
    this.outputs(tops[0] + head, heights[0] - head - 4);
    this.distances(tops[1] + head, heights[1] - head - 4);
    this.units(tops[2] + LINE, heights[2] - LINE);
    this.times(room);
    this.when(room, head);
  }

  add(tag, attributes, ...children) {
    const made = svg(tag, attributes, ...children);
    this.picture.append(made);
    return made;
  }

  text(text, x, y, more = {}) {
    return this.add("text", { x, y, fill: this.theme.text, ...more }, text);
  }

  /** Write a panel's words, with a line of each kind before what it means. */
  head(top, title, keys) {
    const folded = keys.length && this.width < NARROW;
    let x = LEFT;
    const write = (words, colour, y = top - 6) => {
      const node = this.text(words, x, y, { fill: colour ?? this.theme.text });
      x += node.getComputedTextLength() + 14;
    };
    write(title, null, folded ? top - 6 - LINE : top - 6);
    if (folded) x = LEFT;
    for (const [words, colour, dash] of keys) {
      if (x > this.width - 60) return;
      const line = { x1: x, x2: x + 18, y1: top - 10, y2: top - 10 };
      this.add("line", { ...line, stroke: colour, class: "pt-line", "stroke-dasharray": dash });
      x += 24;
      write(words, this.theme.muted);
    }
  }

  /** Draw ticks from low to high; return where a value lies. */
  scale(top, height, low, high, told, least = 0) {
    const y = (value) => top + height * (1 - (value - low) / (high - low || 1));
    for (const value of ticks(low, high, height < 90 ? 3 : 5, least)) {
      const at = { x1: LEFT, x2: this.width - RIGHT, y1: y(value), y2: y(value) };
      this.add("line", { ...at, stroke: this.theme.grid });
      const where = { "text-anchor": "end", fill: this.theme.muted };
      this.text(told(value), LEFT - 5, y(value) + 4, where);
    }
    return y;
  }

  curve(values, y, attributes) {
    let path = "";
    let pen = "M";
    values.forEach((value, i) => {
      if (value === null) pen = "M";
      else {
        path += `${pen}${this.x(this.data.times[i]).toFixed(1)},${y(value).toFixed(1)}`;
        pen = "L";
      }
    });
    this.add("path", { d: path, class: "pt-line", ...attributes });
  }

  outputs(top, height) {
    const { outputs, words } = this.data;
    const names = outputs.map(({ name }) => name).join(", ");
    this.head(top, `${words.readout}: ${names}`, [
      [words.without, "var(--pt-kept)", ""],
      [words.with, "var(--pt-moved)", ""],
    ]);
    const values = outputs.flatMap((line) => [...line.without, ...line.with]);
    const [low, high] = range(values);
    const y = this.scale(top, height, low, high, plain);
    outputs.forEach((line, i) => {
      const dash = { "stroke-dasharray": DASHES[i] };
      this.curve(line.with, y, { stroke: "var(--pt-moved)", ...dash });
      this.curve(line.without, y, { stroke: "var(--pt-kept)", ...dash });
    });
  }

  distances(top, height) {
    const { distances, words } = this.data;
    const keys = distances.map(({ name }, i) => [name, "var(--pt-moved)", DASHES[i]]);
    this.head(top, words.distance, [
      ...(keys.length > 1 ? keys : []),
      [words.linear, "var(--pt-linear)", "3 3"],
    ]);
    const values = distances.flatMap(({ real, linear }) => [...real, ...linear]);
    let [low, high] = range(values);
    if (low === high) [low, high] = [low - 1, high + 1];
    [low, high] = [Math.floor(low), Math.ceil(high)];
    low = Math.max(low, high - MOST_DECADES);
    const y = this.scale(top, height, low, high, (value) => power(Math.round(value)), 1);
    const within = (line) => line.map((v) => (v === null || v < low ? null : v));
    distances.forEach(({ real, linear }, i) => {
      const dash = { "stroke-dasharray": DASHES[i] };
      this.curve(within(linear), y, {
        stroke: "var(--pt-linear)",
        "stroke-dasharray": "3 3",
      });
      this.curve(within(real), y, { stroke: "var(--pt-moved)", ...dash });
    });
    if (values.every((value) => value === null)) {
      this.text(words.nothing, this.width / 2, top + height / 2, {
        "text-anchor": "middle",
        fill: this.theme.muted,
      });
    }
  }

  units(top, height) {
    const { units, words } = this.data;
    const reach = plain(units.limit);
    const told = words.units.replace("{low}", `−${reach}`).replace("{high}", reach);
    this.head(top, told, []);
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    canvas.width = this.width * ratio;
    canvas.height = this.height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const row = height / units.units.length;
    const edges = units.times.map((t) => this.x(t - 0.5));
    edges.push(this.x(this.data.length - 0.5));
    units.shares.forEach((shares, i) => {
      shares.forEach((share, j) => {
        if (!share) return;
        const [r, g, b] = share < 0 ? [14, 124, 193] : [217, 84, 30];
        pen.fillStyle = `rgba(${r},${g},${b},${Math.min(Math.abs(share), 1)})`;
        pen.fillRect(edges[j], top + i * row, edges[j + 1] - edges[j] + 0.5, row + 0.3);
      });
    });
    const every = Math.max(1, Math.ceil(13 / row));
    units.units.forEach((unit, i) => {
      if (i % every) return;
      const where = { "text-anchor": "end", fill: this.theme.muted };
      this.text(String(unit), LEFT - 5, top + (i + 0.5) * row + 4, where);
    });
  }

  times(room) {
    const where = { "text-anchor": "middle", fill: this.theme.muted };
    for (const t of ticks(0, this.data.length - 1, this.width < 500 ? 4 : 8, 1)) {
      this.text(String(t), this.x(t), room + 15, where);
    }
    const end = { "text-anchor": "middle" };
    this.text(this.data.words.time, (this.width + LEFT) / 2, room + 30, end);
  }

  when(room, head) {
    const x = this.x(this.data.change.when);
    this.add("line", { x1: x, x2: x, y1: head, y2: room, class: "pt-when" });
    const d = `M${x - 5},${head - 1}h10l-5,7z`;
    this.add("path", { d, fill: "var(--pt-moved)" });
  }

  close() {}
}
