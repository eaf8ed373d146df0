/** Setting the pieces of equations, and writing the numbers in them. */

const version = new URL(import.meta.url).search;
const { element } = await import(`../dom.js${version}`);

const DIGITS = "-0123456789";
const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
const UPRIGHT = /^[A-Za-z]{2,}|[σ⊤⊙]/;

/** Write a number with three digits, such as −0.0312 or 2.74×10⁻⁵. */
export function digits(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (!value) return "0";
  const sign = value < 0 ? "−" : "";
  if (size >= 0.001 && size < 1e4) return sign + String(Number(size.toPrecision(3)));
  const [mantissa, power] = size.toExponential(1).split("e");
  const raised = [...String(Number(power))].map((c) => RAISED[DIGITS.indexOf(c)]);
  return `${sign}${mantissa}×10${raised.join("")}`;
}

/** Return how many decimals numbers have of which the largest has some size. */
export const decimalsFor = (largest) =>
  largest < 10 ? 3 : Math.max(4 - String(Math.trunc(Math.min(largest, 1e4))).length, 0);

/**
 * Write a number with so many decimals, so that it can be added to those beside it.
 *
 * One that would be all zeros keeps its digits.
 */
export function fixed(value, decimals) {
  const size = Math.abs(value ?? 0);
  if (!value || size >= 1e4 || size < 0.5 * 10 ** -decimals) return digits(value);
  return (value < 0 ? "−" : "") + size.toFixed(decimals);
}

/** Return nodes for pieces; `place` makes the node of a number. */
export function label(pieces, place = () => "…") {
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    if (Array.isArray(piece)) return symbol(piece);
    if (!piece.over) return place(piece);
    return element(
      "span",
      { class: "eq-ratio" },
      element("span", {}, ...label(piece.over, place)),
      element("span", {}, ...label(piece.under, place)),
    );
  });
}

function symbol([base, sub, sup]) {
  const kind = UPRIGHT.test(base) ? "eq-name" : "eq-letter";
  const made = element("span", { class: kind }, base);
  if (sup) made.append(element("sup", {}, sup));
  if (sub) made.append(element("sub", {}, sub));
  return made;
}
