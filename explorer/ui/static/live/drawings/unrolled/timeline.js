/**
 * Where the two passes stand.
 *
 * Of N columns the places are 0 … 2N: column k has its state at place k, the loss comes
 * at N, and column k has its gradient at 2N - k.
 */

const SECONDS = 14; // both passes at speed 1, without the rest at the loss
const SLOWEST = 1.5; // places a second
const REST = 900; // ms at the loss
const CALM_PICTURES = 24; // of both passes, for those who want little motion
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const within = (value, low, high) => Math.min(Math.max(value, low), high);

export class Timeline {
  constructor() {
    Object.assign(this, { count: 1, place: 1, speed: 1, playing: false });
  }

  get end() {
    return 2 * this.count;
  }

  /** Take a number of columns; another one than before begins at the loss. */
  setCount(count) {
    if (count === this.count) return;
    Object.assign(this, { count, place: count, playing: false });
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && this.place >= this.end) this.place = 0;
    this.last = null;
  }

  /** Play one of the passes from where it begins. */
  begin(phase) {
    this.place = phase === "forward" ? 0 : this.count;
    Object.assign(this, { playing: true, last: null, restUntil: null });
  }

  moveTo(place) {
    this.playing = false;
    this.place = within(place, 0, this.end);
  }

  stepBy(places) {
    this.moveTo(Math.floor(this.place + 1e-6) + places);
  }

  /** Go to a column in the pass that is shown. */
  open(column) {
    const backward = this.phase === "backward";
    this.moveTo(backward ? this.end - column : column);
  }

  /** Move on to where the play stands at `now`. */
  advance(now) {
    if (!this.playing) return;
    const gone = within(now - (this.last ?? now), 0, 100);
    this.last = now;
    if (this.restUntil && now < this.restUntil) return;
    const rate = Math.max(this.end / SECONDS, SLOWEST) * this.speed;
    const before = this.place;
    this.place = Math.min(before + (gone / 1000) * rate, this.end);
    if (before < this.count && this.place >= this.count) {
      this.place = this.count;
      this.restUntil = now + REST / this.speed;
    }
    if (this.place >= this.end) this.playing = false;
  }

  /** The place that is drawn: in whole and few steps for those who want little motion. */
  get shown() {
    if (!calm.matches) return this.place;
    if (!this.playing) return Math.floor(this.place);
    const stride = Math.max(1, Math.ceil(this.end / CALM_PICTURES));
    return Math.floor(this.place / stride) * stride;
  }

  get stop() {
    return Math.floor(this.shown + 1e-6);
  }

  get phase() {
    if (this.stop === this.count) return "loss";
    return this.stop < this.count ? "forward" : "backward";
  }

  /** The column at which the pass stands. */
  get column() {
    const { stop, count } = this;
    return stop < count ? stop : Math.min(this.end - stop, count - 1);
  }

  /** Where along the columns the front is, between two of them as it moves. */
  get front() {
    const { shown, count } = this;
    return shown <= count ? Math.min(shown, count - 1) : Math.min(this.end - shown, count - 1);
  }

  /** How far a column's state is there, 0 … 1. */
  state(column) {
    return within(this.shown - column + 1, 0, 1);
  }

  /** How far a column's gradient is there. */
  gradient(column) {
    return within(this.shown - (this.end - column) + 1, 0, 1);
  }

  /** How far the loss is there. */
  get loss() {
    return within(this.shown - this.count + 1, 0, 1);
  }
}

/** Whether the page is to move as little as can be. */
export const isCalm = () => calm.matches;
