/**
 * Choosing a span of time by dragging across a chart.
 *
 * `layout.meta.selects` names a choice: a drag along `meta.timeAxis`, within
 * `meta.timeSpan`, chooses "12-20" for it. Plotly's own selection would fade all points
 * and redraw; this is a strip laid over the chart until the answer comes.
 */

const { element } = await import(`./dom.js${new URL(import.meta.url).search}`);

export class Select {
  /** `choose` gets the name of the choice and what was dragged over. */
  constructor(plot, choose) {
    Object.assign(this, { plot, choose });
    this.strip = element("i", { class: "live-strip", hidden: "" });
    plot.addEventListener("pointerdown", (event) => this.begin(event));
    plot.addEventListener("pointermove", (event) => this.move(event));
    plot.addEventListener("pointerup", (event) => this.end(event));
    plot.addEventListener("pointercancel", () => this.drop());
  }

  get area() {
    const { _fullLayout: full, layout } = this.plot;
    const { selects, timeAxis, timeSpan = [0, 1] } = layout?.meta ?? {};
    const axis = selects && full?.[timeAxis.replace("x", "xaxis")];
    if (!axis) return null;
    const { t, h } = full._size;
    const [foot, head] = timeSpan;
    return { axis, top: t + (1 - head) * h, height: (head - foot) * h };
  }

  /** Return where the pointer is along the axis, in px, and how far down. */
  where({ clientX, clientY }, { axis }) {
    const box = this.plot.getBoundingClientRect();
    const along = clientX - box.left - axis._offset;
    return [Math.min(Math.max(along, 0), axis._length), clientY - box.top];
  }

  begin(event) {
    const { area } = this;
    if (!area || event.button > 0) return;
    const [x, y] = this.where(event, area);
    if (y < area.top || y > area.top + area.height) return;
    this.from = x;
    this.plot.setPointerCapture?.(event.pointerId);
  }

  move(event) {
    const { area } = this;
    if (this.from === undefined || !area) return;
    const [x] = this.where(event, area);
    const left = Math.min(x, this.from);
    if (!this.strip.isConnected) this.plot.append(this.strip);
    this.strip.hidden = false;
    this.strip.style.width = `${Math.abs(x - this.from)}px`;
    this.strip.style.height = `${area.height}px`;
    const place = `${area.axis._offset + left}px, ${area.top}px`;
    this.strip.style.transform = `translate(${place})`;
  }

  end(event) {
    const { area, from } = this;
    this.drop();
    if (from === undefined || !area) return;
    const [x] = this.where(event, area);
    if (Math.abs(x - from) < 3) return; // a click, not a drag
    const ends = [x, from].map((px) => Math.max(Math.round(area.axis.p2d(px)), 0));
    this.choose(this.plot.layout.meta.selects, `${Math.min(...ends)}-${Math.max(...ends)}`);
  }

  drop() {
    this.from = undefined;
    this.strip.hidden = true;
  }
}
