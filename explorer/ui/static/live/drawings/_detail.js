/** Beside the equations: where one number came from and where its gradient goes. */

const version = new URL(import.meta.url).search;
const { element } = await import(`../dom.js${version}`);
const { digits, label } = await import(`./_math.js${version}`);

const MOST_BARS = 7;
const CHANGES = [
  ["by", 1, "+1"],
  ["by", -1, "−1"],
  ["to", 0, "= 0"],
  ["to", 1, "= 1"],
];

export class Detail {
  constructor(equations) {
    this.equations = equations;
    this.root = element("aside", { class: "eq-detail" });
  }

  /** Return the numbers that a number is made of, and the ones these are made of. */
  related(n) {
    const { numbers } = this.equations.data;
    if (n < 0) return [];
    const { p } = numbers[n];
    return p.length === 1 ? [...p, ...numbers[p[0]].p] : p;
  }

  show(n) {
    const { equations } = this;
    const { words } = equations.data;
    if (n < 0) {
      const hint = element("p", { class: "eq-hint" }, words.press);
      if (this.shown !== words.press) this.root.replaceChildren(hint);
      this.shown = words.press;
      return;
    }
    const key = [n, equations.t, equations.entry, equations.values(n)].join("|");
    if (key === this.shown && equations.data === this.data) return;
    Object.assign(this, { shown: key, data: equations.data });
    this.root.replaceChildren(...this.parts(n));
  }

  parts(n) {
    const { equations } = this;
    const { words, numbers } = equations.data;
    const number = numbers[n];
    const [value, changed] = equations.values(n);
    const [now, then] = [value, changed].map((each) => equations.written(n, each));
    const title = element("h4", {}, ...label(number.l), ` = ${now}`);
    if (changed !== null && then !== now) {
      title.append(element("span", { class: "eq-new" }, ` → ${then}`));
    }
    const found = [title, this.heading(words.where), ...this.origins(n)];
    found.push(this.heading(words.goes), this.gradient(n));
    if (number.m) found.push(element("p", { class: "eq-hint" }, words.weights));
    const change = this.editable(n);
    if (change) found.push(this.heading(words.edit.replace("{name}", this.named)), change);
    return found;
  }

  heading(text) {
    return element("h5", {}, text);
  }

  gradient(n) {
    const { words } = this.equations.data;
    const slope = this.equations.slope(n);
    if (slope === null) return element("p", {}, words.unknown);
    const said = words.slope.replace("{slope}", digits(slope));
    const name = element("b", {}, "dL/d(", ...label(this.data.numbers[n].l), ")");
    return element("p", {}, name, ` = ${digits(slope)}: `, said);
  }

  origins(n) {
    const { equations } = this;
    const { numbers, words } = equations.data;
    const number = numbers[n];
    if (number.m) {
      const terms = element("span", {}, ...label(number.m.l), " · ", ...label(number.m.v));
      const columns = element("span", { class: "eq-slope" }, "dL/d", ...label(number.m.l));
      const blank = [element("span"), element("span")];
      const head = element("div", { class: "eq-bars eq-three eq-head" }, ...blank, terms, columns);
      const bars = this.bars(this.contributions(number), "eq-three");
      bars.prepend(head);
      return [bars];
    }
    if (number.b) {
      return equations.t > 0 ? [this.link(words.earlier, () => this.earlier(n))] : [];
    }
    const rows = this.related(n).map((part) => ({
      name: label(numbers[part].l),
      value: equations.values(part)[0],
      press: () => equations.pick(part),
    }));
    const found = rows.length ? [this.bars(rows, "eq-two")] : [];
    if (number.s) found.push(this.link(words.line, () => equations.flash(n)));
    return found;
  }

  /** Return the terms W_j v_j of a product, the largest first, and what is left. */
  contributions({ m, v }) {
    const { equations } = this;
    const { from, vectors, words } = equations.data;
    const vector = vectors[m.of];
    const entries = vector.v[equations.t - from];
    const terms = m.w.map((weight, i) => ({
      name: label([vector.names[i]]),
      value: weight * entries[i],
      told: `${digits(weight)} × ${digits(entries[i])}`,
      slope: m.d[i],
      press: vector.of && vector.of !== "·" ? () => this.choose(i) : null,
      entry: i,
    }));
    terms.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    const shown = terms.slice(0, MOST_BARS);
    if (shown.length === terms.length && vector.all) return shown;
    const sum = v[v.length === 1 ? 0 : equations.t - from];
    const rest = sum - shown.reduce((total, { value }) => total + value, 0);
    return [...shown, { name: [words.others], value: rest }];
  }

  choose(entry) {
    this.equations.entry = this.equations.entry === entry ? null : entry;
    this.equations.showNumbers();
  }

  bars(rows, kind) {
    const largest = Math.max(...rows.map(({ value }) => Math.abs(value ?? 0)), 1e-300);
    const made = rows.map(({ name, value, told, slope, press, entry }) => {
      const share = Math.abs(value ?? 0) / largest;
      const bar = element("i", { class: value < 0 ? "eq-minus" : "eq-plus" });
      bar.style.width = `${50 * share}%`;
      const head = element(press ? "button" : "span", { class: "eq-who" }, ...name);
      if (press) {
        Object.assign(head, { type: "button", onclick: press });
        if (entry !== undefined) {
          head.setAttribute("aria-pressed", entry === this.equations.entry);
        }
      }
      const cells = [
        head,
        element("span", { class: "eq-rail" }, bar),
        element("span", { class: "eq-amount", title: told ?? "" }, digits(value)),
      ];
      if (kind === "eq-three") {
        const text = slope === undefined ? "" : digits(slope);
        cells.push(element("span", { class: "eq-slope" }, text));
      }
      return element("div", { class: `eq-bars ${kind}` }, ...cells);
    });
    return element("div", {}, ...made);
  }

  link(text, press) {
    const made = element("button", { type: "button", class: "eq-link" }, text);
    made.onclick = press;
    return made;
  }

  earlier(n) {
    const { equations } = this;
    const { numbers } = equations.data;
    const now = numbers.findIndex(({ s, b }) => s === numbers[n].s && !b);
    if (now >= 0) equations.picked = now;
    equations.seek(equations.t - 1);
  }

  /** Return buttons that change a state, a gate or an entry of what is multiplied. */
  editable(n) {
    const { equations } = this;
    const { numbers, vectors, unit, layer } = equations.data;
    const { s, b, m } = numbers[n];
    let [what, index, when, own] = [s, unit, equations.t - (b ? 1 : 0), layer];
    if (m && equations.entry !== null && equations.entry !== undefined) {
      const vector = vectors[m.of];
      [what, index] = [vector.of, vector.kept[equations.entry]];
      const below = what === "x" && layer > 0;
      if (below) [what, own] = ["h", layer - 1];
      const earlier = what !== "x" && !below && !this.isNow(m.of);
      when = equations.t - (earlier ? 1 : 0);
    } else if (m) return null;
    if (!what || when < 0) return null;
    const entry = what === "x" ? vectors[m.of].names[equations.entry] : `[${index}]`;
    this.named = what === "x" ? entry : `${what}${entry}, t = ${when},`;
    const buttons = CHANGES.map(([how, amount, text]) => {
      const made = element("button", { type: "button", class: "eq-what" }, text);
      made.onclick = () => equations.edit(what, index, [how, amount], when, own);
      return made;
    });
    return element("div", { class: "eq-edits" }, ...buttons);
  }

  /** Say whether a vector is a state of this very time step, as the LEM's z is. */
  isNow(vector) {
    return Boolean(this.equations.data.vectors[vector].now);
  }
}
