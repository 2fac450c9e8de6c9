/** A recursive filter: `Σ a[k]·y[n-k] = Σ b[k]·x[n-k]`, both of one length, a[0] being 1. */
export interface Iir {
  readonly b: Float64Array;
  readonly a: Float64Array;
}

/** Filters `n` samples from `start` on (direct form II transposed), and moves `state`, one number less than b, on. */
export function iirInto(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  { b, a }: Iir,
  state: Float64Array,
): void {
  const order = state.length;
  for (let i = start; i < start + n; i++) {
    const x = data[i]!;
    const y = b[0]! * x + state[0]!;
    for (let k = 1; k < order; k++) state[k - 1] = b[k]! * x - a[k]! * y + state[k]!;
    state[order - 1] = b[order]! * x - a[order]! * y;
    out[i] = y;
  }
}
