/** A card: title, choices, how to read it, and the chart. */

const version = new URL(import.meta.url).search;
const { Chart } = await import(`./chart.js${version}`);
const { element, setAttributes, setText, Shared } = await import(`./dom.js${version}`);

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

export class Card {
  /** `chosen` is called after a choice, `changed` when there is something to draw. */
  constructor(name, { chosen, changed }) {
    this.chosen = chosen;
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
    this.plot = element("div", { class: "live-plot", role: "img" });
    this.root = element(
      "section",
      { class: "live-card", "data-panel": name },
      element("header", { class: "live-head" }, this.title, this.now, this.choices),
      this.caption,
      this.plot,
    );
    this.caption.onclick = () => {
      const open = this.root.classList.toggle("live-open");
      setAttributes(this.caption, { "aria-expanded": open });
    };
    setAttributes(this.caption, { "aria-expanded": "false" });
    this.chart = new Chart(this.plot, changed);
  }

  update(panel, run) {
    setText(this.title, panel.title);
    setText(this.words, panel.caption);
    setAttributes(this.caption, { title: panel.caption });
    setAttributes(this.plot, { "aria-label": panel.alt });
    this.keepOptions(panel.options ?? []);
    for (const option of panel.options ?? []) this.updateOption(option);
    // A new run or another kind of picture starts with a fresh zoom and camera.
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
    for (const [value, label] of option.choices) {
      const button = known.buttons.get(value);
      setText(button, label);
      setAttributes(button, { "aria-pressed": value === known.shared.value });
    }
  }

  addOption(option) {
    const known = {
      shared: new Shared(),
      offer: offer(option),
      group: element("div", { class: "live-choice", role: "group" }),
      buttons: new Map(),
    };
    known.shared.reset(option.value);
    for (const [value] of option.choices) {
      const button = element("button", { type: "button" });
      button.onclick = () => {
        known.shared.choose(value);
        for (const [other, each] of known.buttons) {
          setAttributes(each, { "aria-pressed": other === value });
        }
        this.chosen();
      };
      known.buttons.set(value, button);
      known.group.append(button);
    }
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
    return Object.fromEntries(
      [...this.options].map(([name, { shared }]) => [name, shared.value]),
    );
  }
}
