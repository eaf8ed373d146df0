/** The whole picture: cells side by side, or all columns thin and a lens on some. */

const version = new URL(import.meta.url).search;
const { drawCells } = await import(`./cells.js${version}`);
const { drawLoss } = await import(`./lamp.js${version}`);
const { at, size, slope } = await import(`./numbers.js${version}`);
const { Overview } = await import(`./overview.js${version}`);

const SMALLEST = 30; // px from cell to cell, below which there is a lens
const LARGEST = 180;
const NARROW = 620; // px of a phone
const OVERVIEW = 0.46; // of the height, where there is a lens
const MIDDLE = 34; // px between the strip and the lens

export class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  /** Take the room there is. */
  measure() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    Object.assign(this, { width: clientWidth, height: clientHeight, ratio });
    const [width, height] = [clientWidth, clientHeight].map((n) => Math.round(n * ratio));
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  draw(film, line, theme, words, now) {
    const { context, ratio, width, height } = this;
    if (!width || !height) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    const brush = { context, ratio, width, film, line, theme, words, now };
    const narrow = width < NARROW;
    this.left = narrow ? 30 : 62;
    this.right = narrow ? 62 : 118;
    const room = width - this.left - this.right;
    const pitch = Math.min(room / film.count, LARGEST);
    if (pitch >= SMALLEST) this.drawAll(brush, pitch, room);
    else this.drawWithLens(brush, pitch, narrow);
  }

  /** Draw all cells, large. */
  drawAll(brush, pitch, room) {
    const { film } = brush;
    const start = this.left + (room - pitch * film.count) / 2;
    const x = (column) => start + (column + 0.5) * pitch;
    const view = { x, pitch, y: 6, bottom: this.height, first: 0, last: film.count - 1 };
    const rows = drawCells(brush, view);
    this.hit = [{ y: 0, bottom: this.height, start, pitch, first: 0, last: view.last }];
    this.label(brush, rows, start - 14);
    drawLoss(brush, rows, x(film.count - 1), start + pitch * film.count + 40, pitch);
  }

  /** Draw all columns thin, and below them those around the present one, large. */
  drawWithLens(brush, pitch, narrow) {
    const { film, line, context } = brush;
    const split = Math.round(OVERVIEW * this.height);
    const x = (column) => this.left + (column + 0.5) * pitch;
    const lossX = this.left + pitch * film.count + (narrow ? 30 : 58);
    const bottom = split;
    const rows = this.overview(brush, { x, pitch, y: 6, bottom, width: lossX - 20 });
    const over = { y: 0, bottom: split, start: this.left, pitch, first: 0 };
    this.label(brush, rows, this.left - 8);
    drawLoss(brush, rows, x(film.count - 1), lossX, pitch);

    const large = narrow ? 58 : 84;
    const [begin, end] = [this.left, this.width - 8];
    const shown = Math.max(Math.floor((end - begin) / large), 1);
    const each = (end - begin) / shown;
    const span = Math.max(film.count - shown, 0);
    const scroll = Math.min(Math.max(line.front + 0.5 - shown / 2, 0), span);
    const toX = (column) => begin + (column + 0.5 - scroll) * each;
    const first = Math.max(Math.floor(scroll), 0);
    const last = Math.min(Math.ceil(scroll + shown), film.count) - 1;
    const y = split + MIDDLE;
    const [from, to] = [x(scroll - 0.5), x(Math.min(scroll + shown, film.count) - 0.5)];
    const ends = { begin, end, top: rows.asked.y - 3, axis: rows.axis - 9 };
    this.drawBeam(brush, { from, to, front: x(line.front), split, foot: y - 10, ...ends });
    context.save();
    context.beginPath();
    context.rect(begin, y - 12, end - begin, this.height);
    context.clip();
    const view = { x: toX, pitch: each, y, bottom: this.height, first, last };
    const lens = drawCells(brush, view);
    context.restore();
    this.label(brush, lens, this.left - 8);
    const start = begin - scroll * each;
    this.hit = [
      { ...over, last: film.count - 1 },
      { y: split, bottom: this.height, start, pitch: each, first, last },
    ];
  }

  /** Draw the strip of all columns, anew where something else than the place differs. */
  overview(brush, view) {
    const { film, theme, ratio } = brush;
    const known = [film, theme, view.pitch, view.bottom, ratio];
    if (!this.known || known.some((each, i) => each !== this.known[i])) {
      this.strip = new Overview(brush, view);
    }
    this.known = known;
    this.strip.draw(brush);
    return this.strip.rows;
  }

  /** Draw which columns the lens enlarges, and where the front is. */
  drawBeam({ context, theme }, { from, to, front, begin, end, top, axis, split, foot }) {
    context.fillStyle = theme.grid;
    context.globalAlpha = 0.6;
    context.beginPath();
    context.moveTo(from, split);
    context.lineTo(to, split);
    context.lineTo(end, foot);
    context.lineTo(begin, foot);
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = theme.muted;
    context.lineWidth = 1.25;
    context.strokeRect(from, top, to - from, split - top);
    context.fillStyle = theme.text;
    context.fillRect(front - 0.75, top, 1.5, axis - top);
  }

  /** Name the rows at the left. */
  label({ context, line, theme, film, words }, rows, right) {
    const name = (text, y, colour = theme.text, size = 13, weight = 650) => {
      context.font = `${weight} ${size}px ${theme.font}`;
      context.fillStyle = colour;
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(text, right, y);
    };
    rows.lanes.forEach((row, i) => name(at(film.lanes[i].name), row.y + row.height / 2));
    const wide = right > 40;
    if (rows.words > 4) {
      const told = line.phase === "backward" ? slope : size;
      rows.lanes.forEach((row, i) =>
        name(told(film.lanes[i].name), row.y + row.height + 9, theme.muted, wide ? 10.5 : 9, 500),
      );
    }
    if (rows.gates && !rows.foot) {
      const each = rows.gates.height / film.gates.length;
      film.gates.forEach(({ name: gate }, i) =>
        name(gate, rows.gates.y + (i + 0.42) * each, theme.muted, 10, 500),
      );
    } else if (rows.gates && wide) {
      name(words.gates, rows.gates.y + 14, theme.muted, 11.5, 500);
    }
    name(wide ? words.input : "x", rows.read.y + rows.read.height / 2, theme.muted, 11.5, 500);
    if (!rows.asked.height) return;
    const answer = wide ? words.answer : "y";
    name(answer, rows.asked.y + rows.asked.height / 2, theme.muted, 11.5, 500);
  }

  /** Return the column at a place in the canvas, or null. */
  columnAt(x, y) {
    const part = this.hit?.find((each) => y >= each.y && y < each.bottom);
    if (!part) return null;
    const column = Math.floor((x - part.start) / part.pitch);
    return column >= part.first && column <= part.last ? column : null;
  }
}
