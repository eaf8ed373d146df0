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
const NARROW = 760; // px: below it each row of words takes a line
const AXIS = 34; // px below the last one
const SHARES = [0.36, 0.34, 0.3]; // of the height
const DASHES = ["", "6 4", "2 3", "9 3 2 3"];
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
      this.panels.hidden = Boolean(data.broken);
      this.root.classList.toggle("pt-lost", Boolean(data.broken));
      if (!data.broken) this.draw();
    }
    this.controls.seen(t);
    if (data.broken) return;
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
    const [above, between] = [this.outputRows(), this.distanceRows()];
    const heights = SHARES.map((share) => share * room);
    const tops = [0, heights[0], heights[0] + heights[1]];
    this.picture.replaceChildren();
    const head = this.head(tops[0], above);
    this.outputs(head, tops[1] - head - 4);
    const middle = this.head(tops[1], between);
    this.distances(middle, tops[2] - middle - 4);
    const told = this.head(tops[2], this.unitRows());
    this.units(told, room - told);
    this.times(room);
    this.when([head, tops[1]], [middle, tops[2]], [told, room]);
  }

  add(tag, attributes, ...children) {
    const made = svg(tag, attributes, ...children);
    this.picture.append(made);
    return made;
  }

  text(text, x, y, more = {}) {
    return this.add("text", { x, y, fill: this.theme.text, ...more }, text);
  }

  /**
   * Write rows of words from `top` down, and return where the panel begins.
   *
   * A word is a text or [text, colour, dash], with a line of that kind before it. The
   * rows stand behind each other where there is room.
   */
  head(top, rows) {
    const lines = this.width < NARROW ? rows : [rows.flat()];
    lines.forEach((words, i) => this.row(words, top + (i + 1) * LINE));
    return top + lines.length * LINE;
  }

  row(words, foot) {
    let x = LEFT;
    for (const word of words) {
      const [text, colour, dash] = [word].flat();
      if (x > this.width - 60) return;
      if (colour) {
        const line = { x1: x, x2: x + 24, y1: foot - 10, y2: foot - 10, class: "pt-line" };
        this.add("line", { ...line, stroke: colour, "stroke-dasharray": dash });
        x += 28;
      }
      const fill = colour ? this.theme.muted : this.theme.text;
      x += this.text(text, x, foot - 6, { fill }).getComputedTextLength() + 14;
    }
  }

  outputRows() {
    const { outputs, words, some } = this.data;
    const futures = [
      [words.without, "var(--pt-kept)", ""],
      [words.with, "var(--pt-moved)", ""],
    ];
    if (outputs.length === 1) return [[`${words.readout}: ${outputs[0].name}`], futures];
    const names = outputs.map(({ name }, i) => [name, this.theme.muted, DASHES[i]]);
    const title = some ? `${words.readout} (${words.few})` : words.readout;
    return some ? [[title], names, futures] : [[title, ...names], futures];
  }

  distanceRows() {
    const { distances, words } = this.data;
    const layers = distances.map(({ name }, i) => [name, "var(--pt-moved)", DASHES[i]]);
    const linear = [words.linear, "var(--pt-linear)", "3 3"];
    return [[words.distance], [...(layers.length > 1 ? layers : []), linear]];
  }

  unitRows() {
    const { units, words } = this.data;
    const reach = plain(units.limit);
    return [[words.units.replace("{low}", `−${reach}`).replace("{high}", reach)]];
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
    const { outputs } = this.data;
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
    const { units } = this.data;
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

  /** Mark the change in each panel, from its first px to its last, not over words. */
  when(...spans) {
    const x = this.x(this.data.change.when);
    for (const [y1, y2] of spans) this.add("line", { x1: x, x2: x, y1, y2, class: "pt-when" });
    const [[head]] = spans;
    const d = `M${x - 5},${head - 1}h10l-5,7z`;
    this.add("path", { d, fill: "var(--pt-moved)" });
  }

  close() {}
}
