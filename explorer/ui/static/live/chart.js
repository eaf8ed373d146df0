/** One chart: a figure from Python, drawn and redrawn in place with Plotly. */

const version = new URL(import.meta.url).search;
const { element } = await import(`./dom.js${version}`);
const { dress } = await import(`./theme.js${version}`);
const { isFlat, Motion } = await import(`./motion.js${version}`);
const { isTimed, reveal } = await import(`./reveal.js${version}`);
const { Highlight } = await import(`./highlight.js${version}`);
const { Select } = await import(`./select.js${version}`);
const { Tail } = await import(`./tail.js${version}`);

const ENDS = ["pointerup", "pointercancel", "blur"];
const touch = matchMedia("(pointer: coarse)");

export class Chart {
  /**
   * Draw into `plot`; `changed` is called when there is something to draw. `hand` hears
   * of what was pointed at, clicked and dragged over: see highlight.js and select.js.
   */
  constructor(plot, changed, hand) {
    Object.assign(this, { plot, changed, needsPlotly: true });
    this.cursor = element("i", { class: "live-cursor", hidden: "" });
    this.tail = new Tail(plot);
    this.highlight = new Highlight(plot, hand);
    this.select = new Select(plot, hand.drag);
    this.stale = false; // the figure or its theme has changed
    this.foreign = true; // what is drawn, if anything, is of another run or choice
    this.moved = false; // only the time has changed
    this.resized = false;
    this.held = false; // a person is dragging in it: redrawing would undo the drag
    plot.addEventListener("pointerdown", () => (this.held = true));
    this.release = () => {
      if (this.held) changed();
      this.held = false;
    };
    ENDS.forEach((end) => window.addEventListener(end, this.release));
    this.observer = new ResizeObserver(() => {
      this.resized = true;
      changed();
    });
    this.observer.observe(plot);
  }

  /** Say whether there is something to draw; newer figures can wait while `resting`. */
  waits(resting) {
    const redraw = this.stale && (!resting || this.foreign);
    if (!this.figure || this.held) return false;
    if (!redraw && !this.moved && !this.resized) return false;
    return this.plot.clientWidth > 0 && this.plot.clientHeight > 0; // else unseen
  }

  /** Take a figure; nothing is drawn where it equals the one that is shown. */
  setFigure(figure, revision) {
    const json = JSON.stringify(figure);
    if (json === this.json && revision === this.revision) return;
    if (revision !== this.revision) {
      this.distance = null;
      this.foreign = true;
      this.tail.clear();
    }
    const timed = figure.data.some(isTimed);
    Object.assign(this, { json, figure, revision, timed, stale: true });
  }

  draw(Plotly, { theme, t, words, resting }) {
    const { clientWidth, clientHeight } = this.plot;
    const size = `${clientWidth}x${clientHeight}`;
    this.t = t;
    if (this.stale && (!resting || this.foreign)) this.react(Plotly, theme, words);
    else if (this.resized && size !== this.size) Plotly.Plots.resize(this.plot);
    else if (this.motion) this.motion.show(t);
    else if (this.moved && this.timed) this.react(Plotly, theme, words);
    this.size = size;
    this.moved = this.resized = false;
    this.placeCursor();
  }

  react(Plotly, theme, words) {
    // Plotly writes into what it is given, so it gets a copy each time.
    const layout = dress(structuredClone(this.figure.layout), theme);
    layout.uirevision = this.revision;
    if (touch.matches) layout.dragmode ??= layout.scene ? "orbit" : false;
    if (layout.scene) this.stepBack(layout.scene);
    const reset = layout.scene ? "resetCameraDefault3d" : "resetScale2d";
    const isNew = !this.size;
    Object.assign(this, { drawn: this.figure, drawnAt: this.t });
    this.stale = this.foreign = false;
    this.motion = null; // its nodes are about to go
    Plotly.react(this.plot, this.dataAt(this.t), layout, {
      displaylogo: false,
      displayModeBar: touch.matches ? false : "hover",
      modeBarButtons: [[reset, "toImage"]],
      scrollZoom: false,
      responsive: false,
      locale: "page",
      locales: { page: { dictionary: words.plotly ?? {}, format: {} } },
    });
    if (!isNew) return;
    this.plot.append(this.cursor);
    this.highlight.begin();
    this.plot.on("plotly_afterplot", () => this.afterPlot());
    this.plot.on("plotly_relayouting", () => this.placeOver());
    this.afterPlot();
  }

  /** Look from further off in a narrow card: nothing is to be cut off at its sides. */
  stepBack(scene) {
    const { clientWidth, clientHeight } = this.plot;
    // Kept as long as the zoom: another first camera would undo a person's turning.
    this.distance ??= Math.min(Math.max((1.1 * clientHeight) / clientWidth, 1), 1.4);
    const { x, y, z } = scene.camera?.eye ?? { x: 1.25, y: 1.25, z: 1.25 };
    const eye = { x: x * this.distance, y: y * this.distance, z: z * this.distance };
    scene.camera = { ...scene.camera, eye };
  }

  dataAt(t) {
    const flat = !this.fixed && isFlat(this.figure.data);
    const whole = (trace) => flat && trace.meta?.until;
    return this.figure.data.map((trace) =>
      whole(trace) ? { ...trace } : reveal(trace, t),
    );
  }

  /** Bring back what a redraw, a zoom or a click on the legend has undone. */
  afterPlot() {
    this.motion = null;
    // Heads that were moved, before Plotly gave their group to another trace.
    this.plot.querySelectorAll(".live-mark").forEach((mark) => mark.remove());
    if (isFlat(this.drawn.data) && this.drawn.data.some(isTimed) && !this.fixed) {
      this.motion = Motion.find(this.plot, this.drawn.data, this.drawnAt);
      this.motion?.show(this.t);
      // Not Plotly's usual nodes: from now on each t is drawn anew.
      if (!this.motion) this.fixed = this.stale = true;
    }
    this.placeOver();
  }

  /** Bring what lies over the chart to where its axes are now. */
  placeOver() {
    this.placeCursor();
    this.highlight.place();
    this.tail.begin(this.drawn.data);
    this.changed();
  }

  /** Put the thin line at the present time, where the figure has a time axis. */
  placeCursor() {
    const { timeAxis, times, timeSpan = [0, 1] } = this.drawn?.layout.meta ?? {};
    const full = this.plot._fullLayout;
    const axis = full?.[timeAxis?.replace("x", "xaxis")];
    const x = axis?.d2p?.(times?.[this.t] ?? this.t);
    this.cursor.hidden = !(x >= 0 && x <= axis._length);
    if (this.cursor.hidden) return;
    const [foot, head] = timeSpan; // in parts of the height, from below
    const top = full._size.t + (1 - head) * full._size.h;
    this.cursor.style.height = `${(head - foot) * full._size.h}px`;
    this.cursor.style.transform = `translate(${axis._offset + x}px, ${top}px)`;
  }

  /** Put a plain sentence where the chart cannot be drawn. */
  fail(sentence) {
    this.plot.textContent = sentence;
    this.plot.classList.add("live-failed");
  }

  close() {
    this.observer.disconnect();
    ENDS.forEach((end) => window.removeEventListener(end, this.release));
    window.Plotly?.purge(this.plot); // gives its WebGL context back
  }
}
