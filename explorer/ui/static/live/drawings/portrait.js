/**
 * A phase portrait: arrows, nullclines, fixed points, paths, and a start to drag.
 *
 * All numbers are Python's. While the start is dragged no orbit is shown; where it is
 * dropped, Python is asked for the orbit from there.
 */

const version = new URL(import.meta.url).search;
const { element, svg, setAttributes, setText } = await import(`../dom.js${version}`);

const ROOM = { left: 46, right: 12, top: 6, bottom: 36 };
const ARROWS = 17; // about how many in a row
const SWEEP = 900; // ms in which an orbit appears
const PATIENCE = 5000; // ms after which an orbit that does not come is given up
const PAUSE = 300; // ms without a key before Python is asked
const STRIDE = 0.02; // of the width or height, by one press of an arrow key
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SHAPES = {
  circle: (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`,
  diamond: (r) => `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0Z`,
  square: (r) => `M${-r},${-r}H${r}V${r}H${-r}Z`,
  x: (r) => `M${-r},${-r}L${r},${r}M${-r},${r}L${r},${-r}`,
};
const still = matchMedia("(prefers-reduced-motion: reduce)");
const round = (value) => Math.round(value * 10) / 10;

export default class Portrait {
  constructor(plot, { choose, changed }) {
    Object.assign(this, { plot, choose, changed, dropped: null, dragged: null });
    this.key = element("p", { class: "portrait-key" });
    this.said = element("p", { class: "portrait-said", "aria-live": "polite" });
    this.svg = svg("svg", { class: "portrait-plane" });
    this.hint = element("div", { class: "portrait-hint" });
    const layers = "frame arrows paths second first ways orbit dots points heads".split(" ");
    this.layers = Object.fromEntries(
      layers.map((name) => [name, svg("g", { class: `portrait-${name}` })]),
    );
    this.start = svg(
      "g",
      { class: "portrait-start", tabindex: 0, role: "button" },
      svg("circle", { r: 20, class: "portrait-grip" }),
      svg("circle", { r: 8 }),
    );
    this.svg.append(...Object.values(this.layers), this.start);
    this.listen();
  }

  listen() {
    const drop = () => {
      if (!this.dragged) return;
      window.removeEventListener("pointermove", this.move);
      this.ask(this.dragged);
      this.dragged = null;
    };
    this.move = (event) => this.moveTo(this.under(event));
    this.start.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.start.focus({ preventScroll: true });
      this.moveTo(this.under(event));
      window.addEventListener("pointermove", this.move);
    });
    this.up = drop;
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", drop);
    this.start.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (!way) return;
      event.preventDefault();
      const [x, y] = this.dragged ?? this.shownStart;
      const [[left, right], [low, high]] = this.limits;
      this.moveTo([
        x + way[0] * STRIDE * (right - left),
        y + way[1] * STRIDE * (high - low),
      ]);
      clearTimeout(this.timer);
      this.timer = setTimeout(drop, PAUSE);
    });
  }

  /** Return the state under the pointer. */
  under({ clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect();
    const [[x0, x1], [y0, y1]] = this.limits;
    return [
      x0 + ((clientX - left - ROOM.left) / this.width) * (x1 - x0),
      y1 - ((clientY - top - ROOM.top) / this.height) * (y1 - y0),
    ];
  }

  moveTo([x, y]) {
    const [[x0, x1], [y0, y1]] = this.limits;
    const within = (value, low, high) => Math.min(Math.max(value, low), high);
    this.dragged = [within(x, x0, x1), within(y, y0, y1)];
    this.dropped = null;
    this.changed();
  }

  /** Ask Python for the orbit from here; until it comes none is shown. */
  ask([x, y]) {
    this.dropped = { at: [x, y], until: performance.now() + PATIENCE };
    this.choose("start", `${x.toPrecision(6)},${y.toPrecision(6)}`);
    this.changed();
  }

  get shownStart() {
    return this.dragged ?? this.dropped?.at ?? this.data.orbit[0];
  }

  show(data, { theme, t, fresh }) {
    Object.assign(this, { data, t });
    if (data.hint) return this.showHint(data);
    const isNew = !this.svg.isConnected;
    if (isNew) this.plot.replaceChildren(this.key, this.said, this.svg);
    if (fresh || isNew) this.draw(data, theme);
    this.showPaths(data, t);
    this.showOrbit(data);
  }

  showHint({ hint, links }) {
    const anchors = links.map(([words, query]) =>
      element("a", { href: new URL(`?${query}`, location.href).href, target: "_self" }, words),
    );
    this.hint.replaceChildren(element("p", {}, hint), element("p", {}, ...anchors));
    if (!this.hint.isConnected) this.plot.replaceChildren(this.hint);
  }

  draw(data, theme) {
    const { first, second } = data;
    this.limits = [first, second].map((values) => [values[0], values.at(-1)]);
    this.key.replaceChildren(
      ...data.key.map(([colour, glyph, words]) =>
        element("span", {}, element("b", { style: `color:${colour}` }, glyph), ` ${words}`),
      ),
    );
    const used = this.key.offsetHeight + this.said.offsetHeight;
    this.width = Math.max(this.plot.clientWidth - ROOM.left - ROOM.right, 40);
    this.height = Math.max(this.plot.clientHeight - used - ROOM.top - ROOM.bottom, 40);
    setAttributes(this.svg, {
      width: this.width + ROOM.left + ROOM.right,
      height: this.height + ROOM.top + ROOM.bottom,
    });
    const [[x0, x1], [y0, y1]] = this.limits;
    this.place = ([x, y]) => [
      round(ROOM.left + ((x - x0) / (x1 - x0)) * this.width),
      round(ROOM.top + ((y1 - y) / (y1 - y0)) * this.height),
    ];
    this.drawFrame(data.names, theme);
    this.fill("arrows", [this.arrows(data)], { stroke: theme.muted, "stroke-width": 1.1 });
    for (const [index, name] of ["first", "second"].entries()) {
      const style = { stroke: data.colours[name], "stroke-width": 2.2 };
      this.fill(name, [nullcline(data, data.flow[index], this.place)], style);
    }
    const ways = data.ways.map(
      ([a, b, c, d]) => `M${this.place([a, b])}L${this.place([c, d])}`,
    );
    this.fill("ways", ways, { stroke: theme.text, "stroke-width": 2.5 });
    this.drawPoints(data.points, theme);
    setAttributes(this.start, { "aria-label": data.start });
  }

  /** Put paths into a layer, all in one style. */
  fill(layer, paths, style) {
    const nodes = paths.map((d) => svg("path", { d: d || "M0,0", fill: "none", ...style }));
    this.layers[layer].replaceChildren(...nodes);
  }

  drawFrame(names, theme) {
    const text = (x, y, words, anchor, size = 12) =>
      svg("text", { x, y, fill: theme.muted, "text-anchor": anchor, "font-size": size }, words);
    const [[x0, x1], [y0, y1]] = this.limits;
    const foot = ROOM.top + this.height;
    const marks = [];
    const line = (d) => marks.push(svg("path", { d, stroke: theme.grid, fill: "none" }));
    for (const x of ticks(x0, x1, this.width / 90)) {
      const [left] = this.place([x, y0]);
      line(`M${left},${ROOM.top}V${foot}`);
      marks.push(text(left, foot + 15, written(x), "middle"));
    }
    for (const y of ticks(y0, y1, this.height / 60)) {
      const [, top] = this.place([x0, y]);
      line(`M${ROOM.left},${top}H${ROOM.left + this.width}`);
      marks.push(text(ROOM.left - 6, top + 4, written(y), "end"));
    }
    marks.push(text(ROOM.left + this.width / 2, foot + 31, names[0], "middle", 13));
    marks.push(text(8, ROOM.top + this.height / 2, names[1], "start", 13));
    this.layers.frame.replaceChildren(...marks);
  }

  /** Return one path of all arrows: each points where one step leads. */
  arrows({ first, second, flow }) {
    const every = Math.max(1, Math.round(first.length / Math.min(ARROWS, this.width / 26)));
    const room = Math.min(this.width, this.height) / (first.length / every);
    let d = "";
    for (let i = every >> 1; i < second.length; i += every) {
      for (let j = every >> 1; j < first.length; j += every) {
        const [dx, dy] = [flow[0][i][j], flow[1][i][j]];
        if (dx === null || dy === null) continue;
        const [x, y] = this.place([first[j], second[i]]);
        const [tx, ty] = this.place([first[j] + dx, second[i] + dy]);
        d += arrow(x, y, tx - x, ty - y, room);
      }
    }
    return d;
  }

  drawPoints(points, theme) {
    const made = points.map(({ at, colour, symbol, words }) => {
      const [x, y] = this.place(at);
      const cross = symbol === "x";
      return svg(
        "path",
        {
          d: SHAPES[symbol]?.(7) ?? SHAPES.circle(7),
          transform: `translate(${x},${y})`,
          fill: cross ? "none" : colour,
          stroke: cross ? colour : theme.ground,
          "stroke-width": cross ? 4 : 1.5,
        },
        svg("title", {}, words),
      );
    });
    this.layers.points.replaceChildren(...made);
  }

  /** Show the sample paths up to t. */
  showPaths({ paths, times }, t) {
    const count = times.filter((time) => time <= t).length;
    const seen = paths.map((path) => path.slice(0, count).filter(isPlace).map(this.place));
    const lines = seen.map((spots) => (spots.length ? `M${spots.join("L")}` : ""));
    this.fill("paths", lines, { class: "portrait-path" });
    const heads = seen.filter((spots) => spots.length).map((spots) => `M${spots.at(-1)}h0`);
    this.fill("heads", heads, { class: "portrait-head" });
  }

  /** Show the start, and the orbit if it is the one from there. */
  showOrbit({ orbit, said, colours }) {
    if (this.dropped && near(orbit[0], this.dropped.at, this.limits)) this.dropped = null;
    if (this.dropped && performance.now() > this.dropped.until) this.dropped = null;
    const asked = this.dragged || this.dropped;
    const start = this.place(this.shownStart);
    setAttributes(this.start, { transform: `translate(${start})`, stroke: colours.orbit });
    this.svg.classList.toggle("portrait-asked", Boolean(asked));
    setText(this.said, asked ? "…" : said);
    const name = asked ? null : JSON.stringify(orbit);
    if (name !== this.swept) Object.assign(this, { swept: name, since: performance.now() });
    const part = still.matches ? 1 : Math.min((performance.now() - this.since) / SWEEP, 1);
    const whole = asked ? [] : orbit.filter(isPlace).map(this.place);
    const spots = whole.slice(0, 1 + Math.ceil(part * (whole.length - 1)));
    const line = { stroke: colours.orbit, "stroke-width": 1.2, opacity: 0.6 };
    this.fill("orbit", [spots.length ? `M${spots.join("L")}` : ""], line);
    const dots = spots.map((spot) => `M${spot}h0`).join("");
    const round = { stroke: colours.orbit, "stroke-width": 5, "stroke-linecap": "round" };
    this.fill("dots", [dots], round);
    if (part < 1 || this.dropped) this.changed();
  }

  close() {
    clearTimeout(this.timer);
    window.removeEventListener("pointermove", this.move);
    window.removeEventListener("pointerup", this.up);
    window.removeEventListener("pointercancel", this.up);
  }
}

const isPlace = ([x, y]) => x !== null && y !== null;

function near([x, y], [u, v], [[x0, x1], [y0, y1]]) {
  return Math.abs(x - u) < 1e-3 * (x1 - x0) && Math.abs(y - v) < 1e-3 * (y1 - y0);
}

/** Return an arrow's path; a long one is shortened to fit its place. */
function arrow(x, y, dx, dy, room) {
  const length = Math.hypot(dx, dy);
  if (length < 0.3) return `M${x},${y}h0.1`;
  const drawn = 0.9 * room * (1 - Math.exp(-length / room));
  const [ux, uy] = [dx / length, dy / length];
  const [tx, ty] = [round(x + ux * drawn), round(y + uy * drawn)];
  const head = Math.min(4, drawn / 2);
  const side = (turn) =>
    `M${tx},${ty}l${round(-head * (ux + turn * uy))},${round(-head * (uy - turn * ux))}`;
  return `M${x},${y}L${tx},${ty}${side(0.6)}${side(-0.6)}`;
}

/** Return where a component of the flow is 0: marching squares on Python's grid. */
function nullcline({ first, second }, values, place) {
  const between = (a, b) => a / (a - b);
  let d = "";
  for (let i = 0; i + 1 < second.length; i += 1) {
    for (let j = 0; j + 1 < first.length; j += 1) {
      const [a, b] = [values[i][j], values[i][j + 1]];
      const [c, e] = [values[i + 1][j], values[i + 1][j + 1]];
      if ([a, b, c, e].includes(null)) continue;
      const [x0, x1, y0, y1] = [first[j], first[j + 1], second[i], second[i + 1]];
      const cuts = [];
      const crosses = (p, q) => p < 0 !== q < 0;
      if (crosses(a, b)) cuts.push([x0 + between(a, b) * (x1 - x0), y0]);
      if (crosses(b, e)) cuts.push([x1, y0 + between(b, e) * (y1 - y0)]);
      if (crosses(c, e)) cuts.push([x0 + between(c, e) * (x1 - x0), y1]);
      if (crosses(a, c)) cuts.push([x0, y0 + between(a, c) * (y1 - y0)]);
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        d += `M${place(cuts[k])}L${place(cuts[k + 1])}`;
      }
    }
  }
  return d;
}

/** Return about so many round numbers between two. */
function ticks(low, high, most) {
  const rough = (high - low) / Math.max(most, 2);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k += 1) found.push(k * step);
  return found;
}

const written = (value) => String(Number(value.toPrecision(6))).replace("-", "−");
