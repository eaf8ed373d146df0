/**
 * A picture that plotly does not have, drawn by a script of ours in `drawings/`.
 *
 * The script's default export is a class. Its constructor gets the element to draw into
 * and { choose(name, value), seek(t), changed() }: to choose as an option of the card
 * does (the view reads it in `chosen`), to move the page's time slider, and to be shown
 * once more in the next frame. `show(data, present)` draws; data is what the view's
 * `figure` returned, present is { theme, t, words, fresh }, fresh after other data, size
 * or theme. `close()` ends what it has begun. The board calls `show` in an animation
 * frame; a drawing that moves by itself calls `changed` at the end of `show`.
 */

const version = new URL(import.meta.url).search;

export class Drawing {
  constructor(plot, name, told) {
    Object.assign(this, { plot, needsPlotly: false });
    this.tail = { take: () => false, draw: () => false, clear() {}, begin() {} };
    this.stale = this.moved = this.resized = this.asked = false;
    const changed = () => {
      this.asked = true;
      told.changed();
    };
    this.observer = new ResizeObserver(() => {
      this.resized = true;
      told.changed();
    });
    this.observer.observe(plot);
    import(`./drawings/${name}.js${version}`).then(({ default: Picture }) => {
      if (this.closed) return;
      this.picture = new Picture(plot, { ...told, changed });
      told.changed();
    });
  }

  waits() {
    if (!this.picture || !this.data) return false;
    if (!this.stale && !this.moved && !this.resized && !this.asked) return false;
    return this.plot.clientWidth > 0 && this.plot.clientHeight > 0;
  }

  setFigure(data) {
    const json = JSON.stringify(data);
    if (json === this.json) return;
    Object.assign(this, { json, data, stale: true });
  }

  draw(_plotly, { theme, t, words }) {
    const fresh = this.stale || this.resized;
    this.stale = this.moved = this.resized = this.asked = false;
    this.picture.show(this.data, { theme, t, words, fresh });
  }

  close() {
    this.closed = true;
    this.observer.disconnect();
    this.picture?.close?.();
  }
}
