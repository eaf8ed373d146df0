/** What is changed, where and how: the controls above both futures. */

const version = new URL(import.meta.url).search;
const { element, setAttributes, setText } = await import(`../dom.js${version}`);

const CHANGES = ["by:1", "by:-1", "to:0", "to:1"];

export class Controls {
  /** `changed` gets the whole change as text, as the view reads it. */
  constructor(changed) {
    this.changed = changed;
    this.lists = {};
    this.labels = {};
    this.root = element("div", { class: "pt-bar" });
    for (const name of ["what", "layer", "which", "how"]) {
      this.lists[name] = element("select", { class: "live-menu" });
      this.lists[name].onchange = () => this.send(name);
      this.root.append(this.lists[name]);
    }
    this.when = element("input", { type: "number", min: 0, class: "pt-time" });
    this.when.onchange = () => this.moveTo(Number(this.when.value));
    this.word = element("label", { class: "pt-when-word" });
    this.word.append(element("span"), this.when);
    this.here = element("button", { type: "button", class: "eq-step pt-here" });
    this.here.onclick = () => this.moveTo(this.t);
    this.root.append(this.word, this.here);
  }

  /** Take what Python drew: its change is what stands in the controls. */
  show(data) {
    const { change, kinds, words } = data;
    Object.assign(this, { data, change: { ...change } });
    this.fill("what", Object.entries(kinds).map(([k, { label }]) => [k, label]));
    this.fillRest();
    setAttributes(this.lists.what, { "aria-label": words.what });
    setAttributes(this.lists.which, { "aria-label": words.which });
    setAttributes(this.lists.how, { "aria-label": words.how });
    setAttributes(this.lists.layer, { "aria-label": words.layer.replace("{n}", "") });
    setText(this.word.firstChild, words.when);
    setText(this.here, words.here);
    setAttributes(this.when, { max: data.length - 1 });
    if (document.activeElement !== this.when) this.when.value = change.when;
  }

  fillRest() {
    const { change, data } = this;
    const { kinds, words } = data;
    const kind = kinds[change.what];
    const layers = Array.from({ length: kind.layers }, (_, i) => i);
    this.lists.layer.hidden = layers.length < 2;
    this.fill("layer", layers.map((i) => [i, words.layer.replace("{n}", i + 1)]));
    const many = typeof kind.names === "number";
    const names = many
      ? Array.from({ length: kind.names }, (_, i) => `${change.what} [${i}]`)
      : kind.names;
    this.fill("which", names.map((name, i) => [i, name]));
    const set = (amount) => words.set.replace("{a}", amount);
    const [off, on] = kind.gate ? [words.shut, words.open] : ["0", "1"];
    this.fill("how", [
      [CHANGES[0], "+ 1"],
      [CHANGES[1], "− 1"],
      [CHANGES[2], set(off)],
      [CHANGES[3], set(on)],
    ]);
    this.lists.what.value = change.what;
    this.lists.layer.value = change.layer;
    this.lists.which.value = change.index;
    this.lists.how.value = `${change.how}:${change.amount}`;
  }

  fill(name, pairs) {
    const list = this.lists[name];
    const offered = JSON.stringify(pairs);
    if (list.dataset.offered === offered) return;
    list.dataset.offered = offered;
    const made = pairs.map(([value, text]) => element("option", { value }, text));
    list.replaceChildren(...made);
  }

  seen(t) {
    this.t = t;
    this.here.disabled = t === this.change?.when;
  }

  send(name) {
    const { change, lists, data } = this;
    const gate = (what) => data.kinds[what].gate;
    if (name === "what") {
      // Another kind has other entries; a gate is held at a value, all else is moved.
      const what = lists.what.value;
      const [how, amount] = gate(what) ? ["to", 0] : ["by", 1];
      if (gate(what) !== gate(change.what)) Object.assign(change, { how, amount });
      const most = data.kinds[what].names;
      const count = typeof most === "number" ? most : most.length;
      const layer = Math.min(change.layer, data.kinds[what].layers - 1);
      Object.assign(change, { what, layer, index: Math.min(change.index, count - 1) });
      this.fillRest();
    } else {
      const [how, amount] = lists.how.value.split(":");
      Object.assign(change, { how, amount: Number(amount) });
      change.index = Number(lists.which.value);
      change.layer = Number(lists.layer.value);
    }
    this.ask();
  }

  moveTo(t) {
    this.change.when = Math.min(Math.max(Math.round(t) || 0, 0), this.data.length - 1);
    this.when.value = this.change.when;
    this.ask();
  }

  ask() {
    const { what, index, how, amount, when, layer } = this.change;
    const change = [what, index, how, amount, when, layer].join(":");
    this.changed(`${change}@${Date.now()}`); // the stamp says which card's was the last
  }
}
