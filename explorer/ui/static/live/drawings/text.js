/** A text in the colours of one unit's values; explorer/figures/coloured_text.py. */

const version = new URL(import.meta.url).search;
const { element, setAttributes, setText } = await import(`../dom.js${version}`);

const STRONGEST = 55; // percent of the colour at the ends of the scale: words stay legible

export default class ColouredText {
  constructor(plot, { seek }) {
    this.key = element("div", { class: "text-key", "aria-hidden": "true" });
    this.body = element("div", { class: "text-body", tabindex: "0" });
    plot.classList.add("text-drawing");
    plot.append(this.key, this.body);
    this.body.onclick = ({ target }) => {
      const t = this.words?.indexOf(target);
      if (t >= 0) seek(t);
    };
    this.body.onkeydown = (event) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const t = this.t + move;
      if (!this.words[t]) return;
      event.preventDefault();
      seek(t);
    };
  }

  show(data, { t, fresh }) {
    if (fresh) this.write(data);
    const now = this.words[t];
    this.t = t;
    if (now === this.now) return;
    this.now?.classList.remove("text-now");
    this.words.forEach((word, at) => word.classList.toggle("text-later", at > t));
    now?.classList.add("text-now");
    this.now = now;
    if (now) this.bringIntoView(now);
  }

  write(data) {
    this.body.classList.toggle("text-spelled", data.spelled);
    const shade = (value) => {
      const part = Math.round(STRONGEST * Math.abs(value));
      const colour = data.colours[value > 0 ? 1 : 0];
      return `color-mix(in srgb, ${colour} ${part}%, transparent)`;
    };
    const same = this.words?.map((word) => word.textContent).join("\n");
    if (same !== data.words.join("\n")) this.spell(data.words);
    this.words.forEach((word, t) => {
      word.style.backgroundColor = shade(data.values[t] ?? 0);
      setAttributes(word, { title: `t = ${t}: ${data.told[t]}` });
    });
    const [low, zero, high] = data.ends;
    const bar = element("i", { class: "text-bar" });
    bar.style.background = `linear-gradient(to right, ${[-1, 0, 1].map(shade)})`;
    this.key.replaceChildren(data.title, "  ", low, bar, high);
    setAttributes(this.key, { title: zero });
    if (data.sentence) setText(this.key, data.sentence);
  }

  spell(words) {
    this.words = words.map((word) => element("span", { class: "text-word" }, word));
    // A blank between two words, so that a line may break there and a copy reads well.
    this.body.replaceChildren(...this.words.flatMap((word) => [word, " "]));
    this.now = undefined;
  }

  bringIntoView(word) {
    const { body } = this;
    const top = word.offsetTop - body.offsetTop;
    const below = top + word.offsetHeight - body.clientHeight;
    if (top < body.scrollTop) body.scrollTop = top;
    else if (below > body.scrollTop) body.scrollTop = below;
  }
}
