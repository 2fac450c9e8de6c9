/** Rounds to the nearest integer and halves to the even one, as Python's and NumPy's `round` do.
 * `Math.round` goes up at every half, which moves an epoch by a sample at some rates: `round(0.25 s · 250 Hz)` is 62, not 63. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
