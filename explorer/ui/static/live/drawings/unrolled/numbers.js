/** Numbers as the figures write them, and the letters of states with their t. */

const DIGITS = "-0123456789";
const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
const MINUS = "\u2212";

const raised = (power) =>
  [...String(power)].map((sign) => RAISED[DIGITS.indexOf(sign)]).join("");

/** Write a power of ten. */
export const powerOfTen = (power) => (power === 0 ? "1" : `10${raised(power)}`);

/** Write one number for people: three significant digits, such as 2.74×10⁻⁵. */
export function number(value, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "–";
  const plain = Number(value.toPrecision(digits));
  if (!plain || (Math.abs(plain) >= 1e-4 && Math.abs(plain) < 1e5)) {
    return String(plain).replace("-", MINUS);
  }
  const [mantissa, power] = plain.toExponential(digits - 1).split("e");
  const factor = String(Number(mantissa)).replace("-", MINUS);
  const ten = `10${raised(Number(power))}`;
  return factor === "1" ? ten : `${factor}×${ten}`;
}

/** Name a state or gate at time t. */
export const at = (name) => `${name}ₜ`;

/** Name the norm of a state at time t. */
export const size = (name) => `‖${at(name)}‖`;

/** Name the size of the loss's gradient by a state. */
export const slope = (name) => `|∂L/∂${at(name)}|`;
