/** One time step, opened: what it reads, every unit, the gates, what came back. */

const version = new URL(import.meta.url).search;
const { element, setAttributes, setText } = await import(`../../dom.js${version}`);
const { rgba } = await import(`./film.js${version}`);
const { at, number, size, slope } = await import(`./numbers.js${version}`);

const BARS = 58; // px of the bars, and below them of the gradient
const GLOW = 12;
const MOST_NAMED = 4; // channels that are told
const ROOM = 24; // px that a number below a bar needs

/** Say what is read at a column. */
export function readAt({ inputs }, column) {
  if (inputs.kind === "symbols") return inputs.names[inputs.shown[column]];
  const channels = inputs.names.length;
  const told = inputs.names
    .slice(0, MOST_NAMED)
    .map((name, i) => `${name} ${number(inputs.values[column * channels + i])}`);
  return told.join(" · ") + (channels > MOST_NAMED ? " …" : "");
}

/** Say what is asked and said at a column. */
export function saidAt({ answers, count }, column, words) {
  const both = (target, said) =>
    `${words.target} ${target} · ${words.network} ${said}`;
  if (answers.kind === "end") {
    return column === count - 1 ? `${answers.target} · ${answers.answer}` : words.nothing;
  }
  if (answers.kind === "curves") {
    const place = column * answers.names.length;
    return both(number(answers.targets[place]), number(answers.answers[place]));
  }
  const target = answers.targets[column];
  if (target < 0) return words.nothing;
  return both(answers.names[target], answers.names[answers.said[column]]);
}

/** Write a norm of a gradient; an exact zero in words. */
export const norm = (value, words) => (value === 0 ? words.zero : number(value));

export class Details {
  constructor(close) {
    this.title = element("strong");
    this.shut = element("button", { type: "button", class: "unrolled-shut" }, "✕");
    this.shut.onclick = close;
    this.rows = element("div", { class: "unrolled-rows" });
    this.root = element(
      "aside",
      { class: "unrolled-details", hidden: "" },
      element("header", {}, this.title, this.shut),
      this.rows,
    );
  }

  /** Build a place for each thing that there is to say; another run has others. */
  build(film, words) {
    const key = [film.lanes, film.gates].flat().map(({ name }) => name).join();
    if (key === this.key) return;
    this.key = key;
    const line = () => {
      const [name, value] = [element("span"), element("b")];
      const row = element("p", {}, name, value);
      this.rows.append(row);
      return { name, value };
    };
    this.rows.replaceChildren();
    this.read = line();
    this.said = line();
    this.states = [...film.lanes].reverse().map(() => {
      const told = { size: line(), back: line(), bars: element("canvas") };
      setAttributes(told.bars, { "aria-hidden": "true" });
      this.rows.append(told.bars);
      return told;
    });
    this.gates = film.gates.map(() => {
      const told = line();
      told.meter = element("meter", { min: 0, max: 1 });
      this.rows.append(told.meter);
      return told;
    });
  }

  show(film, column, words, theme) {
    if (this.root.hidden) return;
    this.build(film, words);
    setText(this.title, `t = ${film.times[column]}`);
    setAttributes(this.shut, { "aria-label": words.close, title: words.close });
    const say = ({ name, value }, label, text) => {
      setText(name, label);
      setText(value, text);
    };
    say(this.read, words.input, readAt(film, column));
    say(this.said, words.answer, saidAt(film, column, words));
    [...film.lanes].reverse().forEach((lane, i) => {
      const told = this.states[i];
      say(told.size, size(lane.name), number(lane.norms[column]));
      say(told.back, slope(lane.name), norm(lane.gradients[column], words));
      drawBars(told.bars, film, lane, column, theme);
    });
    film.gates.forEach((gate, i) => {
      const told = this.gates[i];
      const [mean, low, high] = [gate.mean, gate.low, gate.high].map((of) => of[column]);
      const span = `${number(mean)} (${number(low, 2)}–${number(high, 2)})`;
      say(told, at(gate.name), span);
      setAttributes(told.meter, { value: mean ?? 0, "aria-label": at(gate.name) });
    });
  }
}

/** Draw each unit's value as a bar about zero, and below it its gradient's brightness. */
function drawBars(canvas, film, lane, column, theme) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth || 250;
  const each = width / film.rows;
  const numbers = each >= ROOM ? 13 : 0;
  const height = BARS + GLOW + numbers;
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  const half = BARS / 2;
  context.fillStyle = theme.line;
  context.fillRect(0, half, width, 1);
  for (let row = 0; row < film.rows; row += 1) {
    const value = lane.values[column * film.rows + row];
    const part = Math.min(Math.max(value / lane.limit, -1), 1);
    const wide = Math.max(each * 0.8, 0.8);
    if (Number.isFinite(part)) {
      context.fillStyle = rgba(part < 0 ? film.ink.low : film.ink.high, 1);
      context.fillRect(row * each, half - Math.max(part, 0) * half, wide, Math.abs(part) * half);
    }
    if (!numbers) continue;
    context.font = `500 10.5px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textAlign = "center";
    context.fillText(number(value, 2), (row + 0.4) * each, BARS + GLOW + 11);
  }
  for (let row = 0; row < film.rows; row += 1) {
    const wide = Math.max(each * 0.8, 0.8);
    context.drawImage(lane.glow, column, row, 1, 1, row * each, BARS + 2, wide, GLOW - 3);
  }
}
