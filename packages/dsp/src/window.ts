/** A tapering window by name. */
export type WindowName = "hamming" | "hann" | "blackman";

const COSINE_TERMS: Readonly<Record<WindowName, readonly number[]>> = {
  hamming: [0.54, 0.46],
  hann: [0.5, 0.5],
  blackman: [0.42, 0.5, 0.08],
};

/** A symmetric window of `size` points, as `scipy.signal.get_window(name, size, fftbins=False)`; a single point is 1.
 * With `periodic` the last of `size + 1` points is left out, which is what a spectrum wants. */
export function makeWindow(name: WindowName, size: number, { periodic = false } = {}): Float64Array {
  const window = new Float64Array(size).fill(1);
  if (size <= 1) return window;
  const step = (2 * Math.PI) / (periodic ? size : size - 1);
  const terms = COSINE_TERMS[name];
  for (let i = 0; i < size; i++) {
    let value = 0;
    for (let k = 0; k < terms.length; k++) value += (k % 2 === 0 ? 1 : -1) * terms[k]! * Math.cos(k * step * i);
    window[i] = value;
  }
  return window;
}
