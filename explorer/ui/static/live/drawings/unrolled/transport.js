/** The stage's own controls: play, steps, both passes, the place in them, the speed. */

const version = new URL(import.meta.url).search;
const { element, setAttributes, setText } = await import(`../../dom.js${version}`);

const SPEEDS = [0.5, 1, 2, 4];
const KEYS = {
  ArrowLeft: (line) => line.stepBy(-1),
  ArrowRight: (line) => line.stepBy(1),
  ArrowDown: (line) => line.stepBy(-1),
  ArrowUp: (line) => line.stepBy(1),
  Home: (line) => line.moveTo(0),
  End: (line) => line.moveTo(line.end),
};

const button = (name, glyph = "") =>
  element("button", { type: "button", class: `unrolled-${name}` }, glyph);

export class Transport {
  /** `acted` is called after each act of a person, `toggled` to open or close a step. */
  constructor(timeline, acted, toggled) {
    this.timeline = timeline;
    this.play = button("play");
    this.back = button("step", "‹");
    this.on = button("step", "›");
    this.passes = { forward: button("pass"), backward: button("pass") };
    const { forward, backward } = this.passes;
    this.group = element(
      "div",
      { class: "live-choice unrolled-passes", role: "group" },
      forward,
      backward,
    );
    this.range = element("input", { type: "range", min: 0, step: 1, max: 0 });
    this.place = element("span", { class: "unrolled-place" });
    this.speed = element("select", { class: "live-menu" });
    for (const speed of SPEEDS) {
      this.speed.append(element("option", { value: speed }, `${speed}×`));
    }
    this.speed.value = 1;
    this.open = button("open", "⊕");
    this.root = element(
      "div",
      { class: "unrolled-transport" },
      ...[this.play, this.back, this.on, this.group, this.range, this.place],
      ...[this.speed, this.open],
    );
    this.listen(acted, toggled);
  }

  listen(acted, toggled) {
    const { timeline } = this;
    const on = (node, event, act) => {
      node[event] = () => {
        act();
        acted();
      };
    };
    on(this.play, "onclick", () => timeline.toggle());
    on(this.back, "onclick", () => timeline.stepBy(-1));
    on(this.on, "onclick", () => timeline.stepBy(1));
    for (const [phase, node] of Object.entries(this.passes)) {
      on(node, "onclick", () => timeline.begin(phase));
    }
    on(this.range, "oninput", () => timeline.moveTo(Number(this.range.value)));
    on(this.speed, "onchange", () => (timeline.speed = Number(this.speed.value)));
    this.open.onclick = toggled;
    this.root.addEventListener("keydown", (event) => this.press(event, acted, toggled));
  }

  /** Obey the keys, wherever in the bar the focus is; a button keeps its own space. */
  press(event, acted, toggled) {
    const { target, key } = event;
    if (target === this.speed || event.altKey || event.ctrlKey || event.metaKey) return;
    if (key === "Enter" && target === this.range) toggled();
    else if (key === " " && target === this.range) this.timeline.toggle();
    else if (KEYS[key]) KEYS[key](this.timeline);
    else return;
    event.preventDefault();
    acted();
  }

  /** Show where the passes stand; `told` says it in words. */
  show(words, told, isOpen) {
    const { timeline } = this;
    const action = timeline.playing ? words.pause : words.play;
    setAttributes(this.play, { "aria-label": action, title: action });
    this.play.classList.toggle("live-playing", timeline.playing);
    setAttributes(this.back, { "aria-label": words.back, title: words.back });
    setAttributes(this.on, { "aria-label": words.on, title: words.on });
    setAttributes(this.group, { "aria-label": words.pass });
    for (const [phase, node] of Object.entries(this.passes)) {
      setText(node, words[phase]);
      setAttributes(node, { "aria-pressed": timeline.phase === phase });
    }
    setAttributes(this.range, {
      max: timeline.end,
      "aria-label": words.place,
      "aria-valuetext": told,
    });
    if (this.range.value !== String(timeline.stop)) this.range.value = timeline.stop;
    this.range.style.setProperty("--filled", timeline.shown / timeline.end);
    setText(this.place, `${timeline.stop} / ${timeline.end}`);
    setAttributes(this.speed, { "aria-label": words.speed, title: words.speed });
    setAttributes(this.open, {
      "aria-label": isOpen ? words.close : words.open,
      title: isOpen ? words.close : words.open,
      "aria-expanded": isOpen,
    });
  }
}
