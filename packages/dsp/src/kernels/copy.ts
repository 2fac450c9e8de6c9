/** Below this a loop is done before `set` has begun. */
const LOOP_MAX = 256;

/** Copies `from[start .. start + n)` to `to` from `at` on. */
export function copyInto(to: Float64Array, at: number, from: Float64Array, start: number, n: number): void {
  if (n > LOOP_MAX) to.set(from.subarray(start, start + n), at);
  else for (let i = 0; i < n; i++) to[at + i] = from[start + i]!;
}
