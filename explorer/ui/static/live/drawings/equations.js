/**
 * A cell's equations with one unit's numbers at time t; each number can be pressed.
 *
 * Python sends pieces instead of LaTeX: a text, a symbol [base, sub, sup], a fraction
 * { over, under } or the place of a number { n }, and all numbers for all time steps.
 */

const version = new URL(import.meta.url).search;
const { element, setAttributes, setText } = await import(`../dom.js${version}`);
const { Detail } = await import(`./_detail.js${version}`);
const { decimalsFor, fixed, label } = await import(`./_math.js${version}`);

/** Return the value of a number that is sent for the time steps from `from` on. */
const at = (values, t, from) => values[values.length === 1 ? 0 : t - from] ?? null;

export default class Equations {
  constructor(plot, told) {
    Object.assign(this, { plot, told, t: 0, picked: -1 });
    this.bar = element("div", { class: "eq-bar" });
    this.lines = element("div", { class: "eq-lines" });
    this.note = element("span", { class: "eq-note", "aria-live": "polite" });
    this.detail = new Detail(this);
    this.root = element(
      "div",
      { class: "eq", tabindex: "0" },
      this.bar,
      element("div", { class: "eq-body" }, this.lines, this.detail.root),
    );
    this.root.addEventListener("keydown", (event) => this.key(event));
    plot.replaceChildren(this.root);
    this.buildBar();
  }

  buildBar() {
    const button = (sign, press) => {
      const made = element("button", { type: "button", class: "eq-step" }, sign);
      made.onclick = press;
      return made;
    };
    this.units = element("select", { class: "live-menu" });
    this.units.onchange = () => this.told.choose("unit", this.units.value);
    this.fewer = button("‹", () => this.go(-1));
    this.more = button("›", () => this.go(1));
    this.back = button("◀", () => this.seek(this.t - 1));
    this.forth = button("▶", () => this.seek(this.t + 1));
    this.now = element("output", { class: "eq-now" });
    this.undo = button("", () => this.choose(""));
    this.undo.classList.add("eq-undo");
    this.bar.append(
      element("span", { class: "eq-group" }, this.fewer, this.units, this.more),
      element("span", { class: "eq-group" }, this.back, this.now, this.forth),
      this.note,
      this.undo,
    );
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target === this.units) return;
    event.preventDefault();
    this.seek(this.t + step);
  }

  seek(t) {
    if (t >= 0 && t < this.data.length) this.told.seek(t);
  }

  go(step) {
    const { unit, hidden } = this.data;
    this.told.choose("unit", String((unit + step + hidden) % hidden));
  }

  edit(what, index, [how, amount], when, layer) {
    this.choose([what, index, how, amount, when, layer].join(":"));
  }

  /** Ask for a change; the stamp says which card's was the last. */
  choose(change) {
    this.told.choose("edit", `${change}@${Date.now()}`);
  }

  pick(number) {
    this.picked = this.picked === number ? -1 : number;
    this.entry = null;
    this.showNumbers();
  }

  show(data, { t, fresh }) {
    this.data = data;
    this.t = t;
    const shape = JSON.stringify([data.rows, data.words]);
    if (shape !== this.shape) this.buildLines();
    this.shape = shape;
    if (fresh) {
      this.countDecimals();
      this.showBar();
    }
    this.showNumbers();
  }

  buildLines() {
    this.places = [];
    this.chains = [];
    const { numbers } = this.data;
    if (this.picked >= numbers.length) this.picked = -1;
    // Where there is room beside the lines, something stands there from the beginning.
    const { vectors } = this.data;
    const remembers = numbers.findIndex(({ m }) => m && vectors[m.of].of !== "x");
    const first = remembers < 0 ? numbers.findIndex(({ m }) => m) : remembers;
    if (!this.shape && this.plot.clientWidth > 900) this.picked = first;
    this.lines.replaceChildren(...this.data.rows.map((row) => this.line(row)));
  }

  line({ left, right, chain, first, value }) {
    const formula = element("div", { class: "eq-formula" }, ...label(left));
    if (value < 0) {
      formula.append(...label(right));
      return element("div", { class: "eq-line eq-given" }, formula);
    }
    formula.append(" = ", ...label(right));
    this.row = value;
    const numbers = element("div", { class: "eq-numbers" });
    const every = this.chain(chain, value);
    numbers.append(every);
    if (first.length) {
      const beginning = this.chain(first, value);
      numbers.append(beginning);
      this.chains.push([every, beginning]);
    }
    return element("div", { class: "eq-line", "data-row": value }, formula, numbers);
  }

  chain(steps, value) {
    const made = element("span");
    for (const pieces of [...steps, [{ n: value, end: 1 }]]) {
      made.append(element("span", { class: "eq-is" }, " = "));
      made.append(...label(pieces, (piece) => this.place(piece)));
    }
    return made;
  }

  /** Return a button for one number; what it says is kept up by `showNumbers`. */
  place({ n, p, end }) {
    const said = element("span");
    const other = element("span", { class: "eq-new" });
    const node = element("button", { type: "button", class: "eq-number" }, said, other);
    if (end) node.classList.add("eq-end");
    node.onclick = () => this.pick(n);
    this.places.push({ n, p, node, said, other, row: this.row });
    return node;
  }

  /** Count the decimals of each line: the same for all its numbers, at all times. */
  countDecimals() {
    const largest = {};
    for (const { n, row } of this.places) {
      const { v, w } = this.data.numbers[n];
      for (const value of [...v, ...(w ?? [])]) {
        largest[row] = Math.max(largest[row] ?? 0, Math.abs(value ?? 0));
      }
    }
    for (const place of this.places) place.decimals = decimalsFor(largest[place.row]);
  }

  /** Write a number as in its own line. */
  written(n, value) {
    const { decimals } = this.places.find((place) => place.n === n) ?? { decimals: 3 };
    return fixed(value, decimals);
  }

  showBar() {
    const { words, unit, units, hidden, change } = this.data;
    const listed = units.includes(unit) ? units : [unit, ...units];
    const key = `${listed}|${words.sorted}`;
    if (key !== this.listed) {
      const option = (j) => element("option", { value: j }, `${words.unit} ${j}`);
      const group = element("optgroup", { label: words.sorted }, ...listed.map(option));
      this.units.replaceChildren(group);
    }
    this.listed = key;
    this.units.value = unit;
    setAttributes(this.units, { "aria-label": words.unit, title: words.sorted });
    for (const [node, word] of [
      [this.fewer, words.previous],
      [this.more, words.next],
      [this.back, words.back],
      [this.forth, words.forth],
    ]) {
      setAttributes(node, { "aria-label": word, title: word });
    }
    this.fewer.disabled = this.more.disabled = hidden < 2;
    this.undo.hidden = !change;
    setText(this.undo, `× ${words.undo}`);
  }

  /** Return a number's value now and with the change, null where it is not there. */
  values(n) {
    const { numbers, from, change } = this.data;
    const { v, w } = numbers[n];
    const other = w && change && this.t >= change.when ? at(w, this.t, from) : null;
    return [at(v, this.t, from), other];
  }

  slope(n) {
    const { numbers, from } = this.data;
    return at(numbers[n].d, this.t, from);
  }

  showNumbers() {
    const { data, t } = this;
    const { words } = data;
    setText(this.now, `t = ${t}`);
    this.back.disabled = t <= 0;
    this.forth.disabled = t >= data.length - 1;
    const here = t >= data.from && t <= data.to;
    if (!here) this.fetch(t);
    for (const [every, beginning] of this.chains) {
      every.hidden = t === 0;
      beginning.hidden = t !== 0;
    }
    const related = this.detail.related(this.picked);
    for (const { n, p, node, said, other, decimals } of this.places) {
      const [value, changed] = here ? this.values(n) : [null, null];
      const text = fixed(value, decimals);
      const then = fixed(changed, decimals);
      const fenced = p && value < 0 ? `(${text})` : text;
      setText(said, fenced);
      const moved = changed !== null && then !== text;
      setText(other, moved ? then : "");
      node.classList.toggle("eq-moved", moved);
      node.classList.toggle("eq-part", related.includes(n));
      setAttributes(node, { "aria-pressed": n === this.picked });
    }
    this.showNote(here, words);
    this.detail.show(here ? this.picked : -1);
  }

  showNote(here, words) {
    const { broken, change } = this.data;
    const told = change
      ? words.with.replace("{what}", change.what).replace("{t}", change.when)
      : "";
    setText(this.note, broken || (here ? told : words.fetching));
    this.note.classList.toggle("eq-changed", Boolean(here && change && !broken));
    this.note.hidden = !this.note.textContent;
  }

  /** Ask for another window of time steps, once a moment while one moves on. */
  fetch(t) {
    if (this.asked) return;
    this.asked = setTimeout(() => {
      this.asked = 0;
      const { from, to } = this.data;
      if (this.t < from || this.t > to) this.told.choose("around", String(this.t));
    }, 300);
  }

  /** Let the line that says what a number is light up. */
  flash(n) {
    const line = this.lines.querySelector(`[data-row="${n}"]`);
    if (!line) return;
    line.classList.remove("eq-flash");
    void line.offsetWidth; // so that the animation begins anew
    line.classList.add("eq-flash");
  }

  close() {
    clearTimeout(this.asked);
  }
}
