/** Ranges, ticks and how they are written, for drawings with axes of their own. */

const DIGITS = "-0123456789";
const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Return the lowest and the highest value, a little apart. */
export function range(values) {
  const known = values.filter((value) => value !== null);
  if (!known.length) return [-1, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = 0.05 * (high - low) || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

/** Return round values from low to high, at least `least` apart, some `most` of them. */
export function ticks(low, high, most, least = 0) {
  const rough = (high - low) / most || 1;
  const size = 10 ** Math.floor(Math.log10(rough));
  const nice = size * [1, 2, 5, 10].find((factor) => factor * size >= rough * 0.999);
  const step = Math.max(nice, least);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    found.push(Number((k * step).toPrecision(12)));
  }
  return found;
}

/** Write a value for an axis, as the figures do: −0.25, 1.5×10⁷. */
export function plain(value) {
  const short = Number(value.toPrecision(3));
  const size = Math.abs(short);
  if (!size || (size >= 1e-4 && size < 1e5)) return String(short).replace("-", "−");
  const [mantissa, exponent] = short.toExponential().split("e");
  const ten = power(Number(exponent));
  return Number(mantissa) === 1 ? ten : `${mantissa.replace("-", "−")}×${ten}`;
}

/** Write a power of ten by its exponent. */
export function power(exponent) {
  const raised = [...String(exponent)].map((sign) => RAISED[DIGITS.indexOf(sign)]);
  return exponent ? `10${raised.join("")}` : "1";
}
