import { denseModule } from "./dense";

/** Scores of rows: out(i, k) = Σⱼ (x(i, j) - centre(j))·coef(k, j) + offset(k). */
export interface LinearForm {
  readonly nFeatures: number;
  readonly centre: Float64Array;
  readonly coef: Float64Array;
  readonly offset: Float64Array;
}

/** Rows copied to the kernel at a time: few enough to be in the first-level cache still when they are read. */
const ROWS = 8;
/** Doubles. Larger forms are scored in JavaScript: the memory is kept. */
const FORM_MAX = 1 << 20;

interface Kernel {
  f64: Float64Array;
  /** The form whose coefficients are in the memory. */
  loaded: LinearForm | undefined;
  readonly grow: (doubles: number) => Float64Array;
  readonly run: (...numbers: number[]) => void;
}

/** undefined before it was asked for, null where there is none. */
let kernel: Kernel | null | undefined;

/** nRows × nScores, into `out`. In WebAssembly where it has 128-bit vectors, else in JavaScript, with the same bits. */
export function linearScoresInto(out: Float64Array, data: Float64Array, nRows: number, form: LinearForm): void {
  const { nFeatures, offset } = form;
  const nScores = offset.length;
  const size = (1 + nScores) * nFeatures + nScores;
  if (kernel === undefined) kernel = openKernel();
  if (kernel === null || size > FORM_MAX) {
    linearScoresJsInto(out, data, nRows, form);
    return;
  }
  const coefAt = nFeatures;
  const offsetAt = coefAt + nScores * nFeatures;
  const rowsAt = size;
  const outAt = rowsAt + ROWS * nFeatures;
  const needed = outAt + ROWS * nScores;
  if (kernel.f64.length < needed) {
    kernel.f64 = kernel.grow(needed);
    kernel.loaded = undefined;
  }
  const { f64, run } = kernel;
  if (kernel.loaded !== form) {
    f64.set(form.centre);
    f64.set(form.coef, coefAt);
    f64.set(offset, offsetAt);
    kernel.loaded = form;
  }
  for (let row = 0; row < nRows; row += ROWS) {
    const n = Math.min(ROWS, nRows - row);
    const from = row * nFeatures;
    f64.set(n === nRows ? data : data.subarray(from, from + n * nFeatures), rowsAt);
    run(8 * rowsAt, n, nFeatures, 0, 8 * coefAt, 8 * offsetAt, nScores, 8 * outAt);
    const to = row * nScores;
    for (let i = 0; i < n * nScores; i++) out[to + i] = f64[outAt + i]!;
  }
}

function openKernel(): Kernel | null {
  const opened = denseModule(1);
  if (opened === undefined) return null;
  const { memory, exports } = opened;
  return {
    f64: new Float64Array(memory.buffer),
    loaded: undefined,
    grow: (doubles) => {
      const pages = Math.ceil((8 * doubles) / 65536) - memory.buffer.byteLength / 65536;
      if (pages > 0) memory.grow(pages);
      return new Float64Array(memory.buffer);
    },
    run: exports.linearScores,
  };
}

export function linearScoresJsInto(
  out: Float64Array,
  data: Float64Array,
  nRows: number,
  { nFeatures, centre, coef, offset }: LinearForm,
): void {
  const nScores = offset.length;
  const whole = nFeatures & ~3;
  for (let i = 0; i < nRows; i++) {
    const row = i * nFeatures;
    for (let k = 0; k < nScores; k++) {
      const w = k * nFeatures;
      let [a, b, c, d] = [0, 0, 0, 0];
      let j = 0;
      for (; j < whole; j += 4) {
        a += (data[row + j]! - centre[j]!) * coef[w + j]!;
        b += (data[row + j + 1]! - centre[j + 1]!) * coef[w + j + 1]!;
        c += (data[row + j + 2]! - centre[j + 2]!) * coef[w + j + 2]!;
        d += (data[row + j + 3]! - centre[j + 3]!) * coef[w + j + 3]!;
      }
      let sum = a + c + (b + d);
      for (; j < nFeatures; j++) sum += (data[row + j]! - centre[j]!) * coef[w + j]!;
      out[i * nScores + k] = sum + offset[k]!;
    }
  }
}
