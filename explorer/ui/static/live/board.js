/** The whole picture: the control bar, the cards, and when each chart is drawn. */

const version = new URL(import.meta.url).search;
const { Card } = await import(`./card.js${version}`);
const { element } = await import(`./dom.js${version}`);
const { Push } = await import(`./push.js${version}`);
const { StepSlider, TimeSlider } = await import(`./sliders.js${version}`);
const { readTheme } = await import(`./theme.js${version}`);

const BUDGET = 9; // ms of drawing in one frame; the rest waits for the next

/** Put the address there where it is not: it belongs to the run that is shown. */
function correctAddress(address) {
  const written = (query) => [...new URLSearchParams(query)].sort().join("&");
  if (address === undefined || written(location.search) === written(address)) return;
  history.replaceState(history.state, "", `?${address}`);
}

export class Board {
  /** Build into `host`; charts are drawn once `plotly` (a promise) is there. */
  constructor(host, plotly) {
    this.host = host;
    this.cards = new Map();
    this.clicked = []; // units, the last one first
    this.frame = 0;
    this.restUntil = 0; // in ms: no new figure is drawn before
    this.schedule = () => {
      this.frame ||= requestAnimationFrame((now) => this.tick(now));
    };
    this.push = new Push((rows) => this.take(rows));
    this.steps = new StepSlider((step) => this.send("step", step));
    this.time = new TimeSlider(() => this.moveTime());
    const bar = element("div", { class: "live-bar" }, this.steps.root, this.time.root);
    this.grid = element("div", { class: "live-grid" });
    host.replaceChildren(element("div", { class: "live-body" }, bar, this.grid));
    document.addEventListener("visibilitychange", this.schedule);
    // What Streamlit writes into the address bar may come late, or not at all.
    this.watch = setInterval(() => correctAddress(this.address), 1000);
    plotly.then(
      (loaded) => {
        this.plotly = loaded;
        this.schedule();
      },
      () => {
        this.failed = true;
        this.schedule();
      },
    );
  }

  /** Take what Python sent; `send` gives a value back to it. */
  update(data, send) {
    const isFirst = this.run === undefined;
    const isNewRun = data.run !== this.run;
    this.send = send;
    this.words = data.words;
    this.address = this.host.dataset.address = data.address;
    document.documentElement.lang = data.language; // for screen readers
    this.run = data.run;
    this.host.dataset.page = data.page;
    this.shown = data.step;
    this.following = data.following;
    if (!data.following) this.restUntil = 0;
    const theme = readTheme(this.host, this.theme);
    if (theme.key !== this.theme?.key) {
      this.forEachChart((chart) => (chart.stale = true));
    }
    this.theme = theme;
    this.steps.update(data, isNewRun, data.words);
    this.time.update(data.length, isNewRun, data.words);
    delete this.host.dataset.drawn;
    this.keepCards(data.panels);
    for (const panel of data.panels) this.card(panel).update(panel, data.run);
    if (isNewRun) this.clicked = [];
    if (isNewRun) delete this.host.dataset.pushed;
    if (isNewRun || !data.stream) this.cards.forEach((card) => card.rest());
    this.push.follow(data.stream ?? null, data.steps.at(-1) ?? 0);
    // An earlier step that was chosen in another run means nothing in this one.
    if (isNewRun && !isFirst && !data.following) this.steps.choose(null);
    this.schedule();
  }

  /** Drop the cards that this run has nothing for; the others stand as they are told. */
  keepCards(panels) {
    const names = panels.map(({ name }) => name);
    for (const [name, card] of this.cards) {
      if (names.includes(name)) continue;
      card.close();
      this.cards.delete(name);
    }
    panels.forEach((panel, place) => (this.card(panel).root.style.order = place));
  }

  card({ name, drawing }) {
    if (!this.cards.has(name)) {
      const chosen = () => this.send("options", this.options);
      const seek = (t) => this.time.moveTo(t);
      const point = (unit) => this.pointAt(unit);
      const click = (unit) => this.click(unit);
      const hand = { chosen, seek, point, click, changed: this.schedule };
      const card = new Card(name, drawing, hand);
      this.cards.set(name, card);
      this.grid.append(card.root);
    }
    return this.cards.get(name);
  }

  get options() {
    const named = [...this.cards].map(([name, card]) => [name, card.values]);
    return Object.fromEntries(named.filter(([, own]) => Object.keys(own).length));
  }

  forEachChart(action) {
    for (const { chart } of this.cards.values()) action(chart);
  }

  /** Make a unit stand out in all pictures; null: the one that was clicked last. */
  pointAt(unit) {
    const shown = unit ?? this.clicked[0] ?? null;
    this.forEachChart((chart) => chart.highlight?.show(shown));
  }

  /** Keep a unit, and the one before it, for the views that show what was clicked. */
  click(unit) {
    this.clicked = [unit, ...this.clicked.filter((other) => other !== unit)].slice(0, 2);
    const units = this.clicked.join();
    this.cards.forEach((card) => card.byHand("unit", "clicked", units));
    this.pointAt(unit);
    this.send("options", this.options);
  }

  /** Take what updates brought that no figure shows yet. */
  take(rows) {
    const taken = [...this.cards.values()].map((card) => card.take(rows, this.words));
    if (!taken.some(Boolean)) return; // no chart is drawn yet that they belong to
    this.arrived = rows.at(-1)[0];
    this.schedule();
  }

  moveTime() {
    this.forEachChart((chart) => (chart.moved = true));
    this.schedule();
  }

  tick(now) {
    this.frame = 0;
    if (document.hidden) return; // visibilitychange goes on from here
    this.time.advance(now);
    if (this.failed) this.forEachChart((chart) => chart.fail?.(this.words.failed));
    this.drawWaiting();
    this.drawTails(now);
    if (this.time.playing) this.schedule();
  }

  drawTails(now) {
    let moving = false;
    this.forEachChart(({ tail }) => (moving = tail.draw(now) || moving));
    if (moving) this.schedule();
    if (this.arrived === undefined) return;
    this.host.dataset.pushed = this.arrived; // for those who measure
    this.arrived = undefined;
  }

  /** Say whether what draws a card is there; plotly comes late. */
  able({ chart }) {
    return Boolean(this.plotly) || !chart.needsPlotly;
  }

  drawWaiting() {
    const begin = performance.now();
    const resting = begin < this.restUntil;
    const present = { theme: this.theme, t: this.time.t, words: this.words, resting };
    for (const [name, card] of [...this.cards]) {
      if (!card.chart.waits(resting) || !this.able(card)) continue;
      if (performance.now() > begin + BUDGET) break;
      // The one just drawn goes last, so that a slow one cannot starve the others.
      this.cards.delete(name);
      this.cards.set(name, card);
      card.chart.draw(this.plotly, present);
    }
    // On a slow machine new figures take a third of the time: the rest is for hands
    // and for what moves between two figures. Who pulls the slider waits for no rest.
    const spent = performance.now() - begin;
    if (this.following && !resting && spent > BUDGET) this.restUntil = begin + 3 * spent;
    const cards = [...this.cards.values()];
    const waiting = cards.filter(({ chart }) => chart.waits(false));
    if (waiting.some((card) => this.able(card))) this.schedule();
    else if (!waiting.length) this.host.dataset.drawn = this.shown; // for those who wait, such as tests
  }

  close() {
    cancelAnimationFrame(this.frame);
    clearInterval(this.watch);
    this.push.close();
    document.removeEventListener("visibilitychange", this.schedule);
    this.forEachChart((chart) => chart.close());
  }
}
