/** Small helpers for building and keeping up the page's elements. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element with attributes; children are elements or plain text. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Make an element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Set a text only where it changed, so that selections and screen readers stay put. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Set attributes only where they changed; null or false removes one. */
export function setAttributes(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) target.removeAttribute(name);
    else if (target.getAttribute(name) !== String(value)) {
      target.setAttribute(name, value);
    }
  }
}

/** Call `send` at most once in `interval` ms; the last call is always sent. */
export function throttled(send, interval) {
  let last = -Infinity;
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    const fire = () => {
      last = performance.now();
      send(...values);
    };
    const wait = last + interval - performance.now();
    if (wait <= 0) fire();
    else timer = setTimeout(fire, wait);
  };
}

/**
 * A value that both the person and the server set.
 *
 * What the person chose stands until the server has followed: data that was already
 * on its way must not pull the slider back.
 */
export class Shared {
  constructor(patience = 4000) {
    this.value = undefined;
    this.patience = patience; // ms after which a server that does not follow wins
    this.waitingUntil = 0;
  }

  choose(value) {
    this.value = value;
    this.waitingUntil = performance.now() + this.patience;
  }

  offer(value) {
    if (value === this.value) this.waitingUntil = 0;
    else if (performance.now() >= this.waitingUntil) this.value = value;
  }

  reset(value) {
    this.value = value;
    this.waitingUntil = 0;
  }
}
