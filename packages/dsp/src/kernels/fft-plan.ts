/** What the WebAssembly transform of one length needs to know, as `wasm/fft.ts` reads it. */
export interface FftTables {
  readonly size: number;
  /** Records of the levels, then their twiddles. */
  readonly bytes: Uint8Array;
  /** At which place of the digit-reversed order each bin stands. */
  readonly positions: Uint32Array;
}

const RECORD_BYTES = 16;

/** A level of a larger prime costs more than Bluestein's detour. */
const PRIME_MAX = 151;

/** The length has no prime factor that the kernel has no level for. */
export function hasPlan(size: number): boolean {
  return factorsOf(size) !== undefined;
}

/** The smallest of 2ᵏ, 3·2ᵏ and 5·2ᵏ that is not below `n`: the lengths whose transforms are quick. */
export function nextQuickLength(n: number): number {
  let best = Infinity;
  for (const odd of [1, 3, 5]) {
    let size = odd;
    while (size < n) size *= 2;
    best = Math.min(best, size);
  }
  return best;
}

/** Radices from the outermost level to the innermost: a four comes last, where it needs no twiddles, the others where
 * they are in the first-level cache. */
function factorsOf(size: number): number[] | undefined {
  const primes: number[] = [];
  for (let prime = 2; prime <= PRIME_MAX && size > 1; prime++)
    for (; size % prime === 0; size /= prime) primes.push(prime);
  if (size !== 1) return undefined;
  const nTwos = primes.lastIndexOf(2) + 1;
  const fours = Array<number>(Math.floor(nTwos / 2)).fill(4);
  const rest = primes.slice(2 * fours.length).reverse();
  return [...fours.slice(1), ...rest, ...fours.slice(0, 1)];
}

const MANY = 8;
const recent = new Map<number, FftTables>();

/** Tables of one length; the last few lengths are remembered. */
export function fftTables(size: number): FftTables {
  const known = recent.get(size);
  if (known) return known;
  const tables = makeTables(size);
  if (recent.size >= MANY) recent.delete(recent.keys().next().value!);
  recent.set(size, tables);
  return tables;
}

function makeTables(size: number): FftTables {
  const factors = factorsOf(size);
  if (!factors) throw new RangeError(`${size} has a prime factor above ${PRIME_MAX}`);
  const twiddlesFrom = Math.ceil(((factors.length + 1) * RECORD_BYTES) / 32) * 32;
  let nTwiddles = 0;
  for (let n = size, i = 0; i < factors.length; n /= factors[i]!, i++)
    nTwiddles += n - n / factors[i]! + extraOf(factors[i]!);
  const buffer = new ArrayBuffer(twiddlesFrom + 16 * nTwiddles);
  const records = new Uint32Array(buffer);
  const numbers = new Float64Array(buffer);
  let at = twiddlesFrom / 8;
  let n = size;
  for (const [level, radix] of factors.entries()) {
    const m = n / radix;
    records.set([radix, n, m, 8 * at], (level * RECORD_BYTES) / 4);
    at = writeTwiddles(numbers, at, n, radix);
    if (extraOf(radix) > 0) numbers.set(unitRoots(radix, radix), at);
    at += 2 * extraOf(radix);
    n = m;
  }
  return { size, bytes: new Uint8Array(buffer), positions: digitReversed(factors) };
}

/** Levels of a larger prime keep its roots of unity, and (radix - 1) / 2 pairs of elements of scratch. */
const extraOf = (radix: number): number => (radix <= 5 ? 0 : radix + 2 * (radix - 1));

function writeTwiddles(numbers: Float64Array, at: number, n: number, radix: number): number {
  for (let j = 0; j < n / radix; j++)
    for (let r = 1; r < radix; r++, at += 2) {
      const angle = (2 * Math.PI * j * r) / n;
      numbers[at] = Math.cos(angle);
      numbers[at + 1] = -Math.sin(angle);
    }
  return at;
}

function digitReversed(factors: readonly number[]): Uint32Array {
  let positions = Uint32Array.of(0);
  let n = 1;
  for (const radix of [...factors].reverse()) {
    const grown = new Uint32Array(n * radix);
    // bin k of n·radix is bin floor(k / radix) of the sub-transform k mod radix, each of which takes n places
    for (let k = 0; k < grown.length; k++) grown[k] = (k % radix) * n + positions[Math.floor(k / radix)]!;
    positions = grown;
    n *= radix;
  }
  return positions;
}

/** exp(-2πi·j / size) of j below `count`, real and imaginary parts in turn. */
export function unitRoots(size: number, count: number): Float64Array {
  const roots = new Float64Array(2 * count);
  for (let j = 0; j < count; j++) {
    roots[2 * j] = Math.cos((2 * Math.PI * j) / size);
    roots[2 * j + 1] = -Math.sin((2 * Math.PI * j) / size);
  }
  return roots;
}
