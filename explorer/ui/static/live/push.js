/** Hearing of each update from the server, as long as somebody sees it. */

const PATIENCE = 30_000; // ms before a stream that was refused is asked for again
const FAILURES = 3; // in a row, after which it counts as refused

export class Push {
  /** `take` gets what came: [step, loss, gradient norm, metric or null], ascending. */
  constructor(take) {
    this.take = take;
    this.address = null;
    this.refusedUntil = 0;
    this.turn = () => this.connect();
    document.addEventListener("visibilitychange", this.turn);
  }

  /** Hear of the run at `address` beyond the step `after`; null: of none. */
  follow(address, after) {
    if (address !== this.address) {
      this.disconnect();
      this.failures = this.refusedUntil = 0;
    }
    Object.assign(this, { address, after });
    this.connect();
  }

  connect() {
    // A hidden page draws nothing, and a browser has few connections to one server.
    if (!this.address || document.hidden) return this.disconnect();
    if (this.source || performance.now() < this.refusedUntil) return;
    const url = new URL(this.address, document.baseURI);
    url.searchParams.set("after", this.after);
    this.source = new EventSource(url);
    this.source.onmessage = ({ data, lastEventId }) => {
      this.failures = 0;
      this.after = Math.max(this.after, Number(lastEventId));
      this.take(JSON.parse(data));
    };
    this.source.onerror = () => this.fail();
    this.source.addEventListener("rest", () => this.disconnect());
  }

  /** Leave all to the figures for a while; the browser first tries again by itself. */
  fail() {
    this.failures += 1;
    const final = this.source.readyState === EventSource.CLOSED;
    if (!final && this.failures < FAILURES) return;
    this.disconnect();
    this.failures = 0;
    this.refusedUntil = performance.now() + PATIENCE;
  }

  disconnect() {
    this.source?.close();
    this.source = null;
  }

  close() {
    this.address = null;
    this.disconnect();
    document.removeEventListener("visibilitychange", this.turn);
  }
}
