/** The two sliders: back through training, and through the time of a sequence. */

const { element, setAttributes, setText, Shared, throttled } = await import(
  `./dom.js${new URL(import.meta.url).search}`
);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const CALM_FRAMES = 12; // pictures of one pass for those who want little motion
const count = (number) => String(number);

/** A labelled range input with its value beside it, and an action button. */
class Slider {
  constructor(name) {
    this.label = element("span", { class: "live-label" });
    this.range = element("input", { type: "range", min: 0, step: 1, max: 0 });
    this.shown = element("output", { class: "live-value", "aria-live": "off" });
    this.button = element("button", { type: "button", class: `live-${name}` });
    this.root = element(
      "div",
      { class: "live-slider", "data-slider": name },
      element("label", {}, this.label, this.range),
      this.shown,
      this.button,
    );
  }

  show(position, maximum, text, spoken) {
    // The order matters: a value above the old maximum would be cut off.
    setAttributes(this.range, { max: maximum, "aria-valuetext": spoken ?? text });
    if (this.range.value !== String(position)) this.range.value = position;
    const filled = maximum > 0 ? position / maximum : 1;
    this.range.style.setProperty("--filled", filled);
    this.range.disabled = maximum <= 0;
    setText(this.shown, text);
  }
}

/** Travels over the training steps with recorded weights; its right end follows. */
export class StepSlider extends Slider {
  /** `send` gets the chosen step, or null to follow the newest. */
  constructor(send) {
    super("newest");
    this.chosen = new Shared();
    this.steps = [0];
    this.send = throttled(send, 125);
    this.dot = element("i", { class: "live-dot", "aria-hidden": "true" });
    this.word = element("span");
    this.button.append(this.dot, this.word);
    this.button.onclick = () => this.choose(null);
    this.range.oninput = () => {
      const index = Number(this.range.value);
      this.choose(index === this.steps.length - 1 ? null : this.steps[index]);
    };
    this.range.onpointerdown = () => (this.dragged = true);
    for (const end of ["onpointerup", "onpointercancel", "onblur"]) {
      this.range[end] = () => {
        this.dragged = false;
        if (this.arrived) this.setSteps(this.arrived);
      };
    }
  }

  choose(step) {
    this.chosen.choose(step);
    this.render();
    this.send(step);
  }

  update(data, isNewRun, words) {
    const served = data.following ? null : data.step;
    if (isNewRun) this.dragged = false;
    if (isNewRun) this.chosen.reset(served);
    else this.chosen.offer(served);
    this.words = words;
    setText(this.label, words.step);
    setText(this.word, words.live);
    this.setSteps(data.steps.length ? data.steps : [data.step ?? 0]);
  }

  setSteps(steps) {
    // The scale must not slide away under a finger that is on it.
    this.arrived = this.dragged ? steps : null;
    if (!this.dragged) this.steps = steps;
    this.render();
  }

  render() {
    const { steps, words } = this;
    const step = this.chosen.value ?? steps.at(-1);
    const past = this.chosen.value !== null;
    const text = count(step);
    this.show(nearestIndex(steps, step), steps.length - 1, text);
    this.root.classList.toggle("live-past", past);
    setAttributes(this.button, {
      "aria-pressed": !past,
      title: past ? words.earlier : words.following,
    });
  }
}

/** Travels through the time steps of a sequence, by hand or by itself. */
export class TimeSlider extends Slider {
  /** `moved` is called after every change of `t`. */
  constructor(moved) {
    super("play");
    this.moved = moved;
    this.t = 0;
    this.length = 0;
    this.started = null; // when play was pressed, in ms; null: not playing
    this.root.prepend(this.button);
    this.button.onclick = () => this.toggle();
    this.range.oninput = () => {
      this.started = null;
      this.moveTo(Number(this.range.value));
    };
  }

  get playing() {
    return this.started !== null;
  }

  update(length, isNewRun, words) {
    const wasAtEnd = this.t >= this.length - 1;
    const changed = length !== this.length;
    this.length = length;
    this.words = words;
    setText(this.label, words.time);
    if (isNewRun) this.started = null;
    const end = Math.max(length - 1, 0);
    if (isNewRun || (changed && wasAtEnd && !this.playing)) this.moveTo(end);
    else if (changed) this.moveTo(Math.min(this.t, end));
    else this.render();
  }

  toggle() {
    if (this.playing) this.started = null;
    else {
      const begin = this.t >= this.length - 1 ? 0 : this.t;
      this.started = performance.now() - (begin / (this.length - 1)) * this.duration;
    }
    this.moveTo(this.t);
  }

  /** One pass takes 4 to 6 s, however long the sequence. */
  get duration() {
    return Math.min(Math.max(this.length * 50, 4000), 6000);
  }

  /** Move on to where the play stands at `now`. */
  advance(now) {
    if (!this.playing) return;
    let part = Math.min(Math.max((now - this.started) / this.duration, 0), 1);
    if (part === 1) this.started = null;
    if (calm.matches) part = Math.floor(part * CALM_FRAMES) / CALM_FRAMES;
    const t = Math.round(part * (this.length - 1));
    if (t !== this.t || !this.playing) this.moveTo(t);
  }

  moveTo(t) {
    this.t = t;
    this.render();
    this.moved();
  }

  render() {
    const { words } = this;
    const end = Math.max(this.length - 1, 0);
    this.show(this.t, end, `${this.t} / ${end}`, String(this.t));
    this.shown.style.setProperty("--digits", 2 * String(end).length + 3);
    this.button.disabled = end === 0;
    this.button.classList.toggle("live-playing", this.playing);
    const action = this.playing ? words.pause : words.play;
    setAttributes(this.button, { "aria-label": action, title: action });
  }
}

function nearestIndex(steps, step) {
  let best = 0;
  steps.forEach((each, index) => {
    if (Math.abs(each - step) < Math.abs(steps[best] - step)) best = index;
  });
  return best;
}
