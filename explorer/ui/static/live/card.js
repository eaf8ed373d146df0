/** A card: title, choices, how to read it, and the chart. */

const version = new URL(import.meta.url).search;
const { Chart } = await import(`./chart.js${version}`);
const { Drawing } = await import(`./drawing.js${version}`);
const { element, setAttributes, setText, Shared } = await import(`./dom.js${version}`);

const MOST_BUTTONS = 5;
const DIGITS = "-0123456789";
const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Return what tells one set of choices from another, whatever their language. */
const offer = (option) => option.choices.map(([value]) => value).join("|");

/** Write a number as figures do, yet always with as many digits: it changes often. */
function short(value) {
  if (value === null) return "–";
  if (!value || (value >= 1e-4 && value < 1e3)) return value.toPrecision(3);
  if (value >= 1e3 && value < 1e5) return value.toFixed(0);
  const [mantissa, power] = value.toExponential(2).split("e");
  const raised = [...String(Number(power))].map((sign) => RAISED[DIGITS.indexOf(sign)]);
  return `${mantissa}×10${raised.join("")}`;
}

/** Return a choice's node, what shows its value, and the node of each value. */
function row(option, choose) {
  const group = element("div", { class: "live-choice", role: "group" });
  const nodes = new Map();
  const shared = new Shared();
  for (const [value] of option.choices) {
    const button = element("button", { type: "button" });
    button.onclick = () => choose(value);
    nodes.set(value, button);
    group.append(button);
  }
  const show = () =>
    nodes.forEach((node, value) =>
      setAttributes(node, { "aria-pressed": value === shared.value }),
    );
  return { shared, offer: offer(option), group, nodes, show };
}

/** The same for more values than have room side by side. */
function menu(option, choose) {
  const group = element("select", { class: "live-menu" });
  const nodes = new Map();
  const shared = new Shared();
  for (const [value] of option.choices) {
    nodes.set(value, element("option", { value }));
    group.append(nodes.get(value));
  }
  group.onchange = () => choose(group.value);
  const show = () => (group.value = shared.value);
  return { shared, offer: offer(option), group, nodes, show };
}

export class Card {
  /**
   * `drawing` names what draws. `chosen` is called after a choice, `changed` when there
   * is something to draw; `seek` moves the page to another time step, `point` and
   * `click` tell of a unit.
   */
  constructor(name, drawing, { chosen, seek, changed, point, click }) {
    this.chosen = chosen;
    this.own = {}; // what a drawing of ours has chosen by itself
    this.options = new Map();
    this.title = element("h3", { class: "live-title" });
    this.choices = element("div", { class: "live-choices" });
    this.now = element("span", { class: "live-now", "aria-hidden": "true" });
    this.words = element("span");
    this.caption = element(
      "button",
      { type: "button", class: "live-caption" },
      this.words,
    );
    const plotly = (drawing ?? "plotly") === "plotly";
    // No image: plotly and our own drawings have something to press inside.
    this.plot = element("div", { class: "live-plot", role: "figure" });
    this.root = element(
      "section",
      { class: "live-card", "data-panel": name, "data-drawing": drawing ?? "plotly" },
      element("header", { class: "live-head" }, this.title, this.now, this.choices),
      this.caption,
      this.plot,
    );
    this.caption.onclick = () => {
      const open = this.root.classList.toggle("live-open");
      setAttributes(this.caption, { "aria-expanded": open });
    };
    setAttributes(this.caption, { "aria-expanded": "false" });
    const choose = (choice, value) => this.choose(choice, value);
    this.chart = plotly
      ? new Chart(this.plot, changed, { point, click, drag: (...by) => this.drag(...by) })
      : new Drawing(this.plot, drawing, { choose, seek, changed });
  }

  update(panel, run) {
    setAttributes(this.root, { "data-size": panel.size ?? "normal" });
    setText(this.title, panel.title);
    setText(this.words, panel.caption);
    setAttributes(this.caption, { title: panel.caption });
    setAttributes(this.plot, { "aria-label": panel.alt });
    this.keepOptions(panel.options ?? []);
    for (const option of panel.options ?? []) this.updateOption(option);
    // A new run or another kind of picture starts with a fresh zoom and camera.
    if (run !== this.run) this.own = {};
    if (run !== this.run) this.chart.highlight?.show(null);
    this.run = run;
    const values = (panel.options ?? []).map((option) => option.value);
    this.chart.setFigure(panel.figure, [run, ...values].join("|"));
  }

  /** Go on with what updates brought; return whether a curve here shows it. */
  take(rows, words) {
    const [step, loss, norm] = rows.at(-1);
    if (!this.chart.tail.take(rows)) return false;
    setText(this.now, `${step} · ${words.loss} ${short(loss)} · ‖∇‖ ${short(norm)}`);
    setAttributes(this.now, { title: words.newest });
    return true;
  }

  /** Rest on the figure as Python made it. */
  rest() {
    this.chart.tail.clear();
    setText(this.now, "");
  }

  /** Drop what is no longer on offer: another cell has other states and layers. */
  keepOptions(options) {
    const offered = new Map(options.map((option) => [option.name, offer(option)]));
    for (const [name, known] of this.options) {
      if (offered.get(name) === known.offer) continue;
      known.group.remove();
      this.options.delete(name);
    }
  }

  updateOption(option) {
    const known = this.options.get(option.name) ?? this.addOption(option);
    known.shared.offer(option.value);
    setAttributes(known.group, { "aria-label": option.label, title: option.label });
    for (const [value, label] of option.choices) setText(known.nodes.get(value), label);
    known.show();
  }

  /** Choose a value; one that no option offers is kept for the view to read. */
  choose(name, value) {
    const known = this.options.get(name);
    if (known) {
      known.shared.choose(value);
      known.show();
    } else this.own[name] = value;
    this.chosen();
  }

  /** Choose a span that was dragged over; the view reads it as "drawn". */
  drag(name, value) {
    this.byHand(name, "drawn", value);
    this.chosen();
  }

  /** Keep what was done by hand, and choose it where an option offers that. */
  byHand(name, how, value) {
    this.own[how] = value;
    const known = this.options.get(name);
    if (!known?.nodes.has(how)) return;
    known.shared.choose(how);
    known.show();
  }

  addOption(option) {
    const many = option.choices.length > MOST_BUTTONS;
    const known = (many ? menu : row)(option, (value) => this.choose(option.name, value));
    known.shared.reset(option.value);
    this.choices.append(known.group);
    this.options.set(option.name, known);
    return known;
  }

  close() {
    this.chart.close();
    this.root.remove();
  }

  /** Return the chosen value of each option. */
  get values() {
    const offered = [...this.options].map(([name, { shared }]) => [name, shared.value]);
    return { ...this.own, ...Object.fromEntries(offered) };
  }
}
