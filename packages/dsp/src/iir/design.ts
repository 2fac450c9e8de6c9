import { BandError, OptionError } from "../errors";
import { checkCount, checkRate } from "../rows";
import type { Hertz } from "../units";
import { pairSections, type Complex, type ZerosPoles } from "./pair";

/** Where an IIR filter passes. One edge makes a low-pass or a high-pass, two a band-pass or, with `bandStop`, a band-stop. */
export interface IirBand {
  readonly sampleRateHz: Hertz;
  /** Lower edge; null or absent: none, a low-pass. */
  readonly lowHz?: Hertz | null | undefined;
  /** Upper edge; null or absent: none, a high-pass. */
  readonly highHz?: Hertz | null | undefined;
  /** Stop what lies between the edges. Default false. */
  readonly bandStop?: boolean | undefined;
}

export interface ButterworthOptions extends IirBand {
  /** Order of the prototype; a band type has twice as many poles. 1 to 100. */
  readonly order: number;
}

export interface ChebyshevOptions extends ButterworthOptions {
  /** How far the gain may fall in the pass band, in decibels. */
  readonly rippleDb: number;
}

/** Designs a Butterworth filter, -3 dB at its edges, as second-order sections. Equal to SciPy 1.17's
 * `butter(order, edges, btype, fs=…, output="sos")` to 1e-12 (`test/golden/iir-design.json`).
 * @returns nSections × 6, row-major: b0 b1 b2 a0 a1 a2, a0 = 1.
 * @throws {BandError} when an edge is not between 0 and Nyquist, or the low edge is not below the high one.
 * @throws {OptionError} when `order` is not an integer from 1 to 100. */
export function designButterworth(options: ButterworthOptions): Float64Array {
  const { order } = options;
  checkCount("order", order, 1, 100);
  const poles = prototypeAngles(order).map((angle): Complex => ({ re: -Math.cos(angle), im: -Math.sin(angle) }));
  return toSections({ zeros: [], poles, gain: 1 }, options);
}

/** Designs a Chebyshev filter of the first kind, whose gain ripples by `rippleDb` in the pass band and is down by it at
 * the edges, as second-order sections. Equal to SciPy 1.17's `cheby1(order, rippleDb, edges, btype, fs=…, output="sos")`
 * to 1e-12 (`test/golden/iir-design.json`).
 * @returns nSections × 6, row-major: b0 b1 b2 a0 a1 a2, a0 = 1.
 * @throws {BandError} when an edge is not between 0 and Nyquist, or the low edge is not below the high one.
 * @throws {OptionError} when `order` is not an integer from 1 to 100, or `rippleDb` not above 0. */
export function designChebyshev1(options: ChebyshevOptions): Float64Array {
  const { order, rippleDb } = options;
  checkCount("order", order, 1, 100);
  if (!(rippleDb > 0 && rippleDb <= 100)) throw new OptionError("rippleDb", rippleDb, "decibels above 0, at most 100");
  const epsilon = Math.sqrt(10 ** (0.1 * rippleDb) - 1);
  const mu = Math.asinh(1 / epsilon) / order;
  const poles = prototypeAngles(order).map((angle): Complex => ({
    re: -Math.sinh(mu) * Math.cos(angle),
    im: -Math.cosh(mu) * Math.sin(angle),
  }));
  const gain = product(poles.map(negate)).re / (order % 2 === 0 ? Math.hypot(1, epsilon) : 1);
  return toSections({ zeros: [], poles, gain }, options);
}

/** Checks the edges of a band against each other and against Nyquist. */
export function checkIirBand({ sampleRateHz, lowHz = null, highHz = null, bandStop = false }: IirBand): void {
  checkRate(sampleRateHz);
  const nyquistHz = sampleRateHz / 2;
  const fail = (reason: string): never => {
    throw new BandError(lowHz, highHz, nyquistHz, reason);
  };
  for (const edge of [lowHz, highHz])
    if (edge !== null && !(edge > 0 && edge < nyquistHz))
      fail(`${edge} Hz does not lie between 0 and Nyquist, ${nyquistHz} Hz: move it, or give the true sampling rate`);
  if (lowHz === null && highHz === null) fail("neither lowHz nor highHz is given: give at least one edge");
  if (bandStop && (lowHz === null || highHz === null)) fail("a band-stop needs both edges");
  if (lowHz !== null && highHz !== null && !(lowHz < highHz)) fail("the low edge must be below the high edge");
}

const prototypeAngles = (order: number): number[] =>
  Array.from({ length: order }, (_, i) => (Math.PI * (2 * i + 1 - order)) / (2 * order));

/** Moves an analogue low-pass of edge 1 to the band that is asked for, and from there to samples. */
function toSections(prototype: ZerosPoles, options: IirBand): Float64Array {
  checkIirBand(options);
  const { sampleRateHz, lowHz = null, highHz = null, bandStop = false } = options;
  const warp = (edge: Hertz): number => 4 * Math.tan((Math.PI * edge) / sampleRateHz);
  let analogue: ZerosPoles;
  if (lowHz === null) analogue = toLowPass(prototype, warp(highHz!));
  else if (highHz === null) analogue = toHighPass(prototype, warp(lowHz));
  else {
    const width = warp(highHz) - warp(lowHz);
    const centre = Math.sqrt(warp(lowHz) * warp(highHz));
    analogue = (bandStop ? toBandStop : toBandPass)(prototype, width, centre);
  }
  return pairSections(bilinear(analogue));
}

// The prototypes have no finite zeros, which keeps the four moves short.

function toLowPass({ poles, gain }: ZerosPoles, edge: number): ZerosPoles {
  return { zeros: [], poles: poles.map((p) => scale(p, edge)), gain: gain * edge ** poles.length };
}

function toHighPass({ poles, gain }: ZerosPoles, edge: number): ZerosPoles {
  return {
    zeros: poles.map(() => ({ re: 0, im: 0 })),
    poles: poles.map((p) => divide({ re: edge, im: 0 }, p)),
    gain: gain * divide({ re: 1, im: 0 }, product(poles.map(negate))).re,
  };
}

function toBandPass({ poles, gain }: ZerosPoles, width: number, centre: number): ZerosPoles {
  return {
    zeros: poles.map(() => ({ re: 0, im: 0 })),
    poles: split(
      poles.map((p) => scale(p, width / 2)),
      centre,
    ),
    gain: gain * width ** poles.length,
  };
}

function toBandStop({ poles, gain }: ZerosPoles, width: number, centre: number): ZerosPoles {
  return {
    zeros: poles.flatMap(() => [
      { re: 0, im: centre },
      { re: 0, im: -centre },
    ]),
    poles: split(
      poles.map((p) => divide({ re: width / 2, im: 0 }, p)),
      centre,
    ),
    gain: gain * divide({ re: 1, im: 0 }, product(poles.map(negate))).re,
  };
}

/** Each pole of a low-pass becomes two on either side of the centre: q ± √(q² - centre²). */
function split(poles: readonly Complex[], centre: number): Complex[] {
  return poles.flatMap((q) => {
    const root = squareRoot({ re: q.re * q.re - q.im * q.im - centre * centre, im: 2 * q.re * q.im });
    return [add(q, root), add(q, negate(root))];
  });
}

/** The bilinear transform at rate 2; zeros at infinity come to lie at Nyquist. */
function bilinear({ zeros, poles, gain }: ZerosPoles): ZerosPoles {
  const toCircle = ({ re, im }: Complex): Complex => divide({ re: 4 + re, im }, { re: 4 - re, im: -im });
  const away = ({ re, im }: Complex): Complex => ({ re: 4 - re, im: -im });
  const nInfinite = poles.length - zeros.length;
  return {
    zeros: [...zeros.map(toCircle), ...Array.from({ length: nInfinite }, () => ({ re: -1, im: 0 }))],
    poles: poles.map(toCircle),
    gain: gain * divide(product(zeros.map(away)), product(poles.map(away))).re,
  };
}

const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
const negate = ({ re, im }: Complex): Complex => ({ re: -re, im: -im });
const scale = ({ re, im }: Complex, by: number): Complex => ({ re: re * by, im: im * by });
const product = (factors: readonly Complex[]): Complex =>
  factors.reduce((a, b) => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }), { re: 1, im: 0 });

/** Smith's way, which neither overflows nor loses the smaller part. */
function divide(a: Complex, b: Complex): Complex {
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const ratio = b.im / b.re;
    const by = b.re + b.im * ratio;
    return { re: (a.re + a.im * ratio) / by, im: (a.im - a.re * ratio) / by };
  }
  const ratio = b.re / b.im;
  const by = b.re * ratio + b.im;
  return { re: (a.re * ratio + a.im) / by, im: (a.im * ratio - a.re) / by };
}

function squareRoot({ re, im }: Complex): Complex {
  const half = Math.sqrt((Math.abs(re) + Math.hypot(re, im)) / 2);
  if (half === 0) return { re: 0, im: 0 };
  const other = Math.abs(im) / (2 * half);
  const sign = im < 0 ? -1 : 1;
  return re >= 0 ? { re: half, im: sign * other } : { re: other, im: sign * half };
}
