import { OptionError } from "./errors";

const N = 624;
const M = 397;

/** NumPy's legacy `RandomState`: the 32-bit Mersenne Twister, and the ways it turns words into integers and shuffles.
 *
 * The same seed gives the same permutation as `numpy.random.RandomState(seed)`, which is what scikit-learn's splits
 * are made of. Not for secrets.
 * @see M. Matsumoto, T. Nishimura, ACM TOMACS 8(1), 1998, doi:10.1145/272991.272995 */
export class RandomState {
  readonly #state = new Uint32Array(N);
  #next = N;
  #spare: number | undefined;

  /** @param seed - an integer from 0 to 2³² - 1. @throws {OptionError} */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
      throw new OptionError("seed", seed, "an integer from 0 to 4294967295");
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next 32 bits. */
  uint32(): number {
    if (this.#next === N) this.#refill();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A double in [0, 1) with 53 random bits. */
  double(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** An integer from 0 to `max`, both included: the low bits of a word, drawn again while above `max`. 0 takes no draw. */
  bounded(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value: number;
    do value = (this.uint32() & mask) >>> 0;
    while (value > max);
    return value;
  }

  /** A shuffled copy. */
  permutation(values: ArrayLike<number>): Int32Array {
    const out = Int32Array.from(values);
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.bounded(i);
      const kept = out[i]!;
      out[i] = out[j]!;
      out[j] = kept;
    }
    return out;
  }

  /** `count` of the values without replacement: the first of a whole permutation, as NumPy draws them. */
  choice(values: ArrayLike<number>, count: number): Int32Array {
    return this.permutation(range(values.length))
      .subarray(0, count)
      .map((i) => values[i]!);
  }

  /** A standard normal deviate, by the polar method; every other one is left over from the one before. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x1 = 2 * this.double() - 1;
      const x2 = 2 * this.double() - 1;
      const square = x1 * x1 + x2 * x2;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = factor * x1;
      return factor * x2;
    }
  }

  #refill(): void {
    const state = this.#state;
    for (let k = 0; k < N; k++) {
      const y = (state[k]! & 0x80000000) | (state[(k + 1) % N]! & 0x7fffffff);
      state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** 0, 1, … n - 1. */
export function range(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
