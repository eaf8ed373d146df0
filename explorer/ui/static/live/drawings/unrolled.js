/**
 * The network unrolled: a cell a time step; forward its states, backward the gradient.
 *
 * All numbers are those that the view sent. What it does by itself is to move: along
 * one timeline of both passes, which a person plays, steps through or drags.
 */

const version = new URL(import.meta.url).search;
const { element, setText } = await import(`../dom.js${version}`);
const part = (name) => import(`./unrolled/${name}.js${version}`);
const [{ Details, norm, readAt }, { Film }, { Legend }, { number, size, slope }, { Stage }] =
  await Promise.all(["details", "film", "legend", "numbers", "stage"].map(part));
const [{ Timeline, isCalm }, { Transport }] = await Promise.all(
  ["timeline", "transport"].map(part),
);

export default class Unrolled {
  constructor(host, { seek, changed }) {
    Object.assign(this, { seek, changed, timeline: new Timeline(), frames: 0 });
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.told = element("p", { class: "unrolled-told" });
    this.note = element("p", { class: "unrolled-note" });
    this.legend = new Legend();
    this.details = new Details(() => this.openDetails(false));
    this.transport = new Transport(this.timeline, changed, () =>
      this.openDetails(this.details.root.hidden),
    );
    const view = element("div", { class: "unrolled-view" }, this.canvas, this.details.root);
    this.root = element(
      "div",
      { class: "unrolled" },
      element("div", { class: "unrolled-head" }, this.told, this.note),
      view,
      this.legend.root,
      this.transport.root,
    );
    host.append(this.root);
    this.stage = new Stage(this.canvas);
    this.observer = new ResizeObserver(() => {
      this.resized = true;
      changed();
    });
    this.observer.observe(this.canvas);
    this.canvas.onclick = (event) => this.click(event);
    this.canvas.onpointermove = (event) => {
      const column = this.stage.columnAt(event.offsetX, event.offsetY);
      this.canvas.style.cursor = column === null ? "" : "pointer";
    };
  }

  /** Open the time step under the pointer, and move the page to it. */
  click({ offsetX, offsetY }) {
    const column = this.stage.columnAt(offsetX, offsetY);
    if (column === null) return;
    this.timeline.open(column);
    this.openDetails(true);
    this.seek(this.film.times[column]);
  }

  openDetails(isOpen) {
    this.details.root.hidden = !isOpen;
    this.resized = true;
    if (isOpen) this.seek(this.film.times[this.timeline.column]);
    else this.transport.open.focus();
    this.changed();
  }

  show(data, { theme, t, fresh }) {
    const { timeline } = this;
    if (data !== this.data) {
      Object.assign(this, { data, film: new Film(data) });
      timeline.setCount(this.film.count);
      this.legend.build(data);
      setText(this.note, data.note);
    }
    this.follow(t);
    if (fresh || this.resized) this.stage.measure();
    this.resized = false;
    const now = performance.now();
    timeline.advance(now);
    this.stage.draw(this.film, timeline, theme, data.words, now);
    this.details.show(this.film, timeline.column, data.words, theme);
    this.tell();
    const pulses = timeline.phase === "loss" && timeline.playing && !isCalm();
    if (timeline.playing || pulses) this.changed();
  }

  /** Go where the page's time slider went. */
  follow(t) {
    const moved = this.t !== undefined && t !== this.t;
    this.t = t;
    if (!moved) return;
    const column = this.film.columnOf(t);
    if (column !== this.timeline.column) this.timeline.open(column);
  }

  /** Say in numbers where the passes stand, also to those who measure. */
  tell() {
    const { film, timeline, data } = this;
    const { words } = data;
    const { phase, column } = timeline;
    const lanes = [...film.lanes].reverse();
    const isBack = phase === "backward";
    const time = `t = ${film.times[column]}`;
    const sizes = lanes.map((lane) =>
      isBack
        ? `${slope(lane.name)} ${norm(lane.gradients[column], words)}`
        : `${size(lane.name)} ${number(lane.norms[column])}`,
    );
    const { answers } = film;
    const said = answers.kind === "end" ? [answers.target, answers.answer] : [];
    const line =
      phase === "loss"
        ? [`${words.loss} ${number(film.loss)}`, ...said]
        : [`${isBack ? "←" : "→"} ${words[phase]}`, time, ...(isBack ? [] : [readAt(film, column)]), ...sizes];
    const text = line.join(" · ");
    setText(this.told, text);
    this.transport.show(words, text, !this.details.root.hidden);
    const own = isBack ? film.lowest.gradients : film.lowest.norms;
    this.frames += 1;
    Object.assign(this.root.dataset, {
      at: film.times[column],
      phase,
      shown: phase === "loss" ? film.loss : own[column],
      place: timeline.stop,
      frames: this.frames,
    });
  }

  close() {
    this.observer.disconnect();
    this.root.remove();
  }
}
