/**
 * One unit, made to stand out in every picture that shows it.
 *
 * A picture says where its units are: `layout.meta.unitAxis` names an axis whose places
 * are units by their number, the rows of a heatmap; a line whose `meta.unit` is a number
 * belongs to that unit. Pointing at one tells the board, which lays a frame around its
 * row and thickens its lines in all pictures; a click keeps it so. Nothing is redrawn.
 */

const { element } = await import(`./dom.js${new URL(import.meta.url).search}`);

const THICK = 1.8; // times a line's own width

/** Return the number of the unit under the pointer, null where there is none. */
function unitOf({ data, y }, meta) {
  if (data.meta?.unit !== undefined) return data.meta.unit;
  if (meta?.unitAxis !== (data.yaxis ?? "y") || data.type !== "heatmap") return null;
  return Number(y);
}

export class Highlight {
  /** `told` has point(unit or null), and click(unit). */
  constructor(plot, told) {
    Object.assign(this, { plot, told });
    this.unit = null;
    this.band = element("i", { class: "live-band", hidden: "" });
  }

  /** Listen to a plot that Plotly has drawn for the first time. */
  begin() {
    const { plot, told } = this;
    plot.append(this.band);
    const under = ({ points: [point] }) => unitOf(point, plot.layout.meta);
    plot.on("plotly_hover", (event) => told.point(under(event)));
    plot.on("plotly_unhover", () => told.point(null));
    plot.on("plotly_click", (event) => {
      const unit = under(event);
      if (unit !== null) told.click(unit);
    });
  }

  /** Make a unit stand out; null: none. */
  show(unit) {
    if (unit === this.unit) return;
    this.unit = unit;
    this.place();
  }

  /** Bring the marks to where the unit is now, after a redraw or a zoom. */
  place() {
    const { _fullLayout: full, layout } = this.plot;
    if (!full?._size) return;
    this.placeBand(full, layout.meta?.unitAxis);
    if (layout.meta?.unitLines) this.thicken();
  }

  placeBand(full, name) {
    const axis = name && this.unit !== null && full[name.replace("y", "yaxis")];
    const row = axis ? rowOf(axis, this.unit) : NaN;
    const height = axis ? Math.abs(axis.l2p(1) - axis.l2p(0)) : 0;
    const top = axis ? axis.l2p(row) - height / 2 : NaN;
    this.band.hidden = !(top > -height && top < axis._length);
    if (this.band.hidden) return;
    const { xaxis } = full;
    this.band.style.width = `${xaxis._length}px`;
    this.band.style.height = `${height}px`;
    const [x, y] = [xaxis._offset, axis._offset + top];
    this.band.style.transform = `translate(${x}px, ${y}px)`;
  }

  thicken() {
    for (const group of this.plot.querySelectorAll(".scatterlayer > .trace")) {
      const { meta, line } = group.__data__?.[0]?.trace ?? {};
      if (meta?.unit === undefined) continue;
      const width = line.width * (meta.unit === this.unit ? THICK : 1);
      for (const path of group.querySelectorAll("path.js-line")) {
        path.style.strokeWidth = `${width}px`;
      }
    }
  }
}

/** Return a unit's place on an axis of numbers or of names; NaN where it is not. */
function rowOf(axis, unit) {
  if (axis.type !== "category") return unit;
  const place = axis._categories.indexOf(String(unit));
  return place < 0 ? NaN : place;
}
