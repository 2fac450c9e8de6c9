import { blockBytes } from "./large";

/**
 * The plain form of a batch's body, `{"features":[[…],…]}` with rows of nFeatures numbers, from its bytes straight to
 * row-major values. JSON.parse would first make a string and an object of every list: several times the body's size, and
 * garbage that stays until V8 collects it.
 *
 * Whatever is not of that form gives undefined, also a body that is wrong: the caller then takes the way over
 * JSON.parse, which knows what to say. Both ways give the same values to the last bit (`test/feature-bytes.test.ts`).
 * @returns `data`, nRows × nFeatures, row-major; nRows is at least 1.
 */
export function featureRowsOf(bytes: Buffer, nFeatures: number): { data: Float64Array; nRows: number } | undefined {
  const open = HEAD.exec(bytes.toString("latin1", 0, HEAD_BYTES_MAX));
  if (open === null) return undefined;
  const rows = new RowReader(bytes, open[0].length, nFeatures);
  return rows.read() ? { data: rows.data.subarray(0, rows.nRows * nFeatures), nRows: rows.nRows } : undefined;
}

const HEAD = /^[ \t\r\n]*\{[ \t\r\n]*"features"[ \t\r\n]*:[ \t\r\n]*\[/;
const HEAD_BYTES_MAX = 100;

const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CLOSE_OBJECT = 0x7d;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;
const CASE_BIT = 0x20;

/** Powers of ten that a double holds exactly. */
const TENS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Above it, adding a digit may not be exact. */
const MANTISSA_MAX = 2 ** 53 / 10 - 1;

class RowReader {
  data: Float64Array;
  nRows = 0;
  #at: number;

  constructor(
    readonly bytes: Buffer,
    start: number,
    readonly nFeatures: number,
  ) {
    this.#at = start;
    this.data = new Float64Array(nFeatures);
  }

  /** Reads from the first row to the body's end; false when it is not of the plain form. */
  read(): boolean {
    const start = this.#at;
    do {
      if (this.#next() !== OPEN) return false;
      this.#at += 1;
      if (!this.#row()) return false;
      this.nRows += 1;
      // The first row tells about how many there will be.
      if (this.nRows === 1) this.#grow(Math.ceil((1.05 * (this.bytes.length - start)) / (this.#at - start)));
    } while (this.#skip(COMMA));
    return this.#skip(CLOSE) && this.#skip(CLOSE_OBJECT) && Number.isNaN(this.#next());
  }

  #row(): boolean {
    const { nFeatures } = this;
    const from = this.nRows * nFeatures;
    if (from + nFeatures > this.data.length) this.#grow(2 * this.nRows);
    for (let i = 0; i < nFeatures; i++) {
      if (i > 0 && !this.#skip(COMMA)) return false;
      this.#next();
      const value = this.#number();
      if (!Number.isFinite(value)) return false;
      this.data[from + i] = value;
    }
    return this.#skip(CLOSE);
  }

  #grow(nRows: number): void {
    if (nRows * this.nFeatures <= this.data.length) return;
    const grown = new Float64Array(blockBytes(8 * nRows * this.nFeatures) / 8);
    grown.set(this.data);
    this.data = grown;
  }

  /** The next byte that is no white space, not yet consumed; NaN at the end. */
  #next(): number {
    const { bytes } = this;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte === undefined) return Number.NaN;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at += 1;
    }
  }

  #skip(byte: number): boolean {
    if (this.#next() !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** A number as JSON writes it, to the nearest double; NaN for anything else. */
  #number(): number {
    const { bytes } = this;
    const start = this.#at;
    let at = start;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    let mantissa = 0;
    let exponent = 0;
    let exact = true;
    const firstDigit = at;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO) {
      if (mantissa > MANTISSA_MAX) exact = false;
      mantissa = mantissa * 10 + digit;
    }
    const nDigits = at - firstDigit;
    if (nDigits === 0 || (nDigits > 1 && bytes[firstDigit] === ZERO)) return Number.NaN;
    if (bytes[at] === POINT) {
      const point = ++at;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO) {
        if (mantissa > MANTISSA_MAX) exact = false;
        mantissa = mantissa * 10 + digit;
      }
      if (at === point) return Number.NaN;
      exponent = point - at;
    }
    if ((bytes[at]! | CASE_BIT) === LOWER_E) {
      exact = false; // rare: left to Number
      at += 1;
      if (bytes[at] === MINUS || bytes[at] === PLUS) at += 1;
      const power = at;
      while (bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at += 1;
      if (at === power) return Number.NaN;
    }
    this.#at = at;
    // An exact mantissa divided by an exact power of ten is rounded once: the nearest double (Clinger 1990).
    if (exact && exponent >= -22) {
      const value = mantissa / TENS[-exponent]!;
      return negative ? -value : value;
    }
    return Number(bytes.toString("latin1", start, at));
  }
}
