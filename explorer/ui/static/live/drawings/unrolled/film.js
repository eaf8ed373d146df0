/**
 * What the stage shows, unpacked: numbers by column and unit, and small images of them.
 *
 * A column is a time step that is drawn. An image has a pixel for each column and unit;
 * the stage enlarges it, so that a frame costs the same for 5 units as for 64.
 */

const GREY = [127, 138, 150]; // where both ends of the colours of states meet
const FAINTEST = 0.07;

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);
const channels = (colour) =>
  [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
const mix = (from, to, part) => from.map((each, i) => each + part * (to[i] - each));

/** Return red, green, blue and opacity as one number, as the pixels of an image are. */
const pixel = ([r, g, b, opacity]) =>
  ((Math.round(255 * opacity) << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** Draw an image of a pixel for each column and row; `paint(column, row)` returns it. */
function image(columns, rows, paint) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(columns, rows);
  const whole = new Uint32Array(pixels.data.buffer); // little-endian, as all browsers are
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      whole[row * columns + column] = paint(column, row);
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Return the colours of 256 sizes of a state below and above zero, and of a gradient. */
function shades({ low, high, gradient }) {
  const sizes = [...Array(256).keys()];
  const towards = (ink) =>
    sizes.map((size) => pixel([...mix(GREY, ink, size / 255).map(Math.round), size / 255]));
  const lit = (level) => FAINTEST + ((1 - FAINTEST) * Math.max(level - 1, 0)) / 254;
  return {
    low: towards(low),
    high: towards(high),
    light: sizes.map((level) => pixel([...gradient, level ? lit(level) : 0])),
    hatch: [pixel([...GREY, 0.15]), pixel([...GREY, 0.7])],
  };
}

export class Film {
  constructor(data) {
    Object.assign(this, data);
    this.count = data.times.length;
    this.rows = data.units.length;
    this.ink = Object.fromEntries(
      Object.entries(data.colours).map(([name, colour]) => [name, channels(colour)]),
    );
    this.shades = shades(this.ink);
    this.lanes = data.states.map((state) => this.lane(state)).reverse(); // h lowest
    this.gates = data.gates.map((gate) => ({ ...gate, levels: bytes(gate.levels) }));
    this.inputs = this.unpacked(data.inputs, ["values"]);
    this.answers = this.unpacked(data.answers, ["targets", "answers"]);
    if (this.inputs.kind === "values") this.drawInputs();
  }

  unpacked(strip, names) {
    const found = names.filter((name) => typeof strip[name] === "string");
    if (strip.kind === "end") return strip;
    const arrays = found.map((name) => [name, floats(strip[name])]);
    return { ...strip, ...Object.fromEntries(arrays) };
  }

  lane(state) {
    const [values, levels] = [floats(state.values), bytes(state.levels)];
    const at = (column, row) => column * this.rows + row;
    return {
      ...state,
      values,
      levels,
      image: image(this.count, this.rows, (column, row) =>
        this.colour(values[at(column, row)] / state.limit, column + row),
      ),
      glow: image(
        this.count,
        this.rows,
        (column, row) => this.shades.light[levels[at(column, row)]],
      ),
      parts: state.gradients.map((norm) => this.part(norm)),
    };
  }

  drawInputs() {
    const { values, low, high, names } = this.inputs;
    const limit = Math.max(-low, high);
    this.inputs.image = image(this.count, names.length, (column, row) =>
      this.colour(values[column * names.length + row] / limit, column + row),
    );
  }

  /** Return the colour of a state in parts of its limit; what is no number is hatched. */
  colour(part, place) {
    if (!Number.isFinite(part)) return this.shades.hatch[place % 2];
    const size = Math.round(255 * Math.min(Math.abs(part), 1));
    return part < 0 ? this.shades.low[size] : this.shades.high[size];
  }

  /** Return where a norm lies on the log scale, 0 … 1; -1: exactly zero; null: none. */
  part(norm) {
    const { top, bottom } = this.scale;
    if (norm === null) return null;
    if (norm === 0) return -1;
    return Math.min(Math.max((Math.log10(norm) - bottom) / (top - bottom), 0), 1);
  }

  /** Return the column whose time step is nearest to t. */
  columnOf(t) {
    let best = 0;
    this.times.forEach((time, column) => {
      if (Math.abs(time - t) < Math.abs(this.times[best] - t)) best = column;
    });
    return best;
  }

  /** Return the lowest lane, the h of the layer. */
  get lowest() {
    return this.lanes.at(-1);
  }
}

/** Return a colour of the palette, more or less transparent. */
export const rgba = (ink, opacity) => `rgba(${ink.join()},${opacity})`;
