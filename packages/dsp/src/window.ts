import { OptionError } from "./errors";
import { checkCount } from "./rows";

/** A sum of cosines, which `designFir` takes too. */
export type CosineWindow = "hamming" | "hann" | "blackman";
/** A tapering window: by name; Kaiser's with its beta, Tukey's with the share that is tapered. */
export type WindowName = CosineWindow | "boxcar" | readonly ["kaiser", number] | readonly ["tukey", number];

const COSINE_TERMS: Readonly<Record<CosineWindow | "boxcar", readonly number[]>> = {
  hamming: [0.54, 0.46],
  hann: [0.5, 0.5],
  blackman: [0.42, 0.5, 0.08],
  boxcar: [1],
};

/** A symmetric window of `size` points, as `scipy.signal.get_window(name, size, fftbins=False)`; a single point is 1.
 * With `periodic` the last of `size + 1` points is left out, which is what a spectrum wants.
 * @throws {OptionError} when there is no such window, or `size` is no count. */
export function makeWindow(name: WindowName, size: number, { periodic = false } = {}): Float64Array {
  checkCount("size", size, 0, 2 ** 26);
  const last = periodic ? size : size - 1;
  const at = pointOf(name, last);
  const window = new Float64Array(size);
  for (let i = 0; 2 * i <= last && i < size; i++) {
    window[i] = last === 0 || size === 1 ? 1 : at(i);
    if (last - i < size) window[last - i] = window[i]!;
  }
  return window;
}

/** The window's value at point i of 0 to `last`. */
function pointOf(name: WindowName, last: number): (i: number) => number {
  if (typeof name === "string") {
    const terms = Object.hasOwn(COSINE_TERMS, name) ? COSINE_TERMS[name] : undefined;
    if (!terms)
      throw new OptionError("window", name, 'hamming, hann, blackman, boxcar, ["kaiser", beta] or ["tukey", share]');
    const step = (2 * Math.PI) / last;
    const [a, b = 0, c = 0] = terms;
    return (i) => a! - b * Math.cos(step * i) + (c === 0 ? 0 : c * Math.cos(2 * step * i));
  }
  const [kind, parameter] = Array.isArray(name) ? (name as readonly [string, number]) : [String(name), Number.NaN];
  if (kind === "kaiser" && Math.abs(parameter) <= 500)
    // beyond, I0 overflows
    return (i) => besselI0(parameter * Math.sqrt(Math.max(0, 1 - ((2 * i) / last - 1) ** 2))) / besselI0(parameter);
  if (kind === "tukey" && Number.isFinite(parameter)) {
    const share = Math.min(parameter, 1);
    if (share <= 0) return () => 1;
    return (i) => {
      const fromEnd = Math.min(i, last - i);
      return fromEnd >= (share * last) / 2 ? 1 : 0.5 * (1 + Math.cos(Math.PI * ((2 * fromEnd) / (share * last) - 1)));
    };
  }
  throw new OptionError(
    "window",
    String(name),
    'hamming, hann, blackman, boxcar, ["kaiser", beta] or ["tukey", share]',
  );
}

/** Modified Bessel function of the first kind and order 0, by its power series, all of whose terms are positive. */
function besselI0(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
