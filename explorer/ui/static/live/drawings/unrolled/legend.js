/** What the colours mean: of states, of gates, and the log scale of the gradient. */

const version = new URL(import.meta.url).search;
const { element, setText } = await import(`../../dom.js${version}`);
const { at, number, powerOfTen, slope } = await import(`./numbers.js${version}`);

const EVERY = 2; // decades between two labels

export class Legend {
  constructor() {
    this.root = element("div", { class: "unrolled-legend" });
  }

  /** Write the legend of new data; nothing is touched where it says the same. */
  build({ states, gates, scale, colours, words }) {
    const key = JSON.stringify([states.map((s) => [s.name, s.limit]), scale, words.loss]);
    if (key === this.key) return;
    this.key = key;
    const keys = states.map(({ name, limit }) =>
      ramp(`${words.unit_key} ${at(name)}`, {
        ground: `linear-gradient(to right, ${colours.low}, transparent, ${colours.high})`,
        ends: [number(-limit), "0", number(limit)],
      }),
    );
    const labels = [];
    for (let power = scale.bottom; power <= scale.top; power += EVERY) {
      labels.push(powerOfTen(power));
    }
    const names = states.map(({ name }) => slope(name)).join(", ");
    const back = ramp(`${words.gradient_key} ${names}`, {
      ground: `linear-gradient(to right, transparent, ${colours.gradient})`,
      ends: labels,
      wedge: true,
    });
    const floor = words.floor_key.replace("{floor}", powerOfTen(scale.bottom));
    const parts = [...keys, back, element("span", { class: "unrolled-floor" }, floor)];
    if (gates.length) {
      const swatch = element("i", { class: "unrolled-swatch" });
      swatch.style.background = colours.gate;
      parts.push(element("span", {}, swatch, words.gate_key));
    }
    this.root.replaceChildren(...parts);
  }
}

/** Make a strip of colours with a title before it and labels below it. */
function ramp(title, { ground, ends, wedge }) {
  const strip = element("i", { class: wedge ? "unrolled-wedge" : "unrolled-ramp" });
  strip.style.background = ground;
  const labels = element("span", { class: "unrolled-ends" });
  for (const end of ends) {
    const label = element("span");
    setText(label, end);
    labels.append(label);
  }
  const scale = element("span", { class: "unrolled-scale" }, strip, labels);
  if (wedge) scale.classList.add("unrolled-long");
  return element("span", { class: "unrolled-key" }, title, scale);
}
