import { OptionError } from "../errors";

/** The Mersenne twister, with the draws that NumPy's old `RandomState` makes of it: the same seed gives the same numbers,
 * which lets a permutation test be held to its peer's answer.
 * @see M. Matsumoto, T. Nishimura, ACM Trans. Modeling Comp. Sim. 8(1), 1998, doi:10.1145/272991.272995 */
export interface RandomState {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** An integer from 0 to `max`, both included. */
  upTo(max: number): number;
  /** 0 … n-1 in some order. */
  permutation(n: number): Int32Array;
}

const N = 624;
const M = 397;

/** @param seed - an integer from 0 to 2³² - 1. @throws {OptionError} when it is none. */
export function randomState(seed: number): RandomState {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    throw new OptionError("seed", seed, "an integer from 0 to 4294967295");
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) state[i] = Math.imul(1_812_433_253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
  let at = N;

  const next = (): number => {
    if (at === N) {
      for (let i = 0; i < N; i++) {
        const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
        state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      at = 0;
    }
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  const upTo = (max: number): number => {
    if (max === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(max)) - 1;
    for (;;) {
      const value = (next() & mask) >>> 0;
      if (value <= max) return value;
    }
  };
  return {
    uniform: () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992,
    upTo,
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = upTo(i);
        const held = order[i]!;
        order[i] = order[j]!;
        order[j] = held;
      }
      return order;
    },
  };
}
