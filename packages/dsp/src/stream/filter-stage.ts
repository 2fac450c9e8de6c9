import { OptionError } from "../errors";
import { designFir, type FirOptions } from "../fir";
import { designButterworth, designChebyshev1, type IirBand } from "../iir/design";
import { checkSections, sosFilterInto } from "../iir/sosfilt";
import type { Hertz } from "../units";

/** Frames that go through the stages at a time; whatever the size of a chunk, no buffer grows with it. */
export const BLOCK = 64;

/** Zero-phase FIR filter with bounded look-ahead: `filterFir`'s numbers, half of the taps later. */
export interface StreamFirOptions extends Omit<FirOptions, "sampleRateHz" | "phase"> {
  readonly kind?: "fir" | undefined;
  /** An odd number of symmetric taps of your own instead of a design. */
  readonly taps?: Float64Array | undefined;
}

/** Causal IIR filter: `filterIir`'s numbers with phase "forward", at once. */
export interface StreamIirOptions extends Omit<IirBand, "sampleRateHz"> {
  readonly kind: "iir";
  /** Default 4. */
  readonly order?: number | undefined;
  /** Default "butterworth". */
  readonly design?: "butterworth" | "chebyshev1" | undefined;
  readonly rippleDb?: number | undefined;
  /** Second-order sections of your own, 6 numbers each, instead of a design. */
  readonly sos?: Float64Array | undefined;
}

export type StreamFilterOptions = StreamFirOptions | StreamIirOptions;

/** Filters what comes in blocks of at most `BLOCK` samples a channel. */
export interface FilterStage {
  /** By how many samples its output lags. */
  readonly delaySamples: number;
  readonly bufferBytes: number;
  /** Takes nChannels rows, `BLOCK` apart, of n samples each, which it may change; writes its output in the same form into
   * `out`, and gives the number of samples, at most n. */
  push(out: Float64Array, rows: Float64Array, n: number): number;
  /** As if the signal went on: gives what is left, at most `BLOCK` samples a call, and 0 when nothing is. */
  flush(out: Float64Array): number;
  /** Forgets all that came. */
  reset(): void;
}

export function planFilter(options: StreamFilterOptions | null, sampleRateHz: Hertz, nChannels: number): FilterStage {
  if (options === null) return passThrough;
  if (options.kind === "iir") {
    const { kind: _, sos, order = 4, design = "butterworth", rippleDb = Number.NaN, ...band } = options;
    if (sos) return planIir(sos, nChannels);
    if (design === "butterworth") return planIir(designButterworth({ ...band, order, sampleRateHz }), nChannels);
    if (design !== "chebyshev1") throw new OptionError("filter.design", design, `"butterworth" or "chebyshev1"`);
    return planIir(designChebyshev1({ ...band, order, rippleDb, sampleRateHz }), nChannels);
  }
  const { kind = "fir", taps, ...fir } = options;
  if (kind !== "fir") throw new OptionError("filter.kind", kind, `"fir" or "iir"`);
  return planFir(taps ?? designFir({ ...fir, sampleRateHz }), nChannels);
}

const passThrough: FilterStage = {
  delaySamples: 0,
  bufferBytes: 0,
  push(out, rows, n) {
    out.set(rows);
    return n;
  },
  flush: () => 0,
  reset() {},
};

function planIir(sos: Float64Array, nChannels: number): FilterStage {
  const size = 2 * checkSections(sos);
  const state = new Float64Array(nChannels * size);
  return {
    delaySamples: 0,
    bufferBytes: state.byteLength,
    push(out, rows, n) {
      for (let channel = 0; channel < nChannels; channel++)
        sosFilterInto(out, rows, channel * BLOCK, n, 1, sos, state, channel * size);
      return n;
    },
    flush: () => 0,
    reset: () => void state.fill(0),
  };
}

/** Channels whose sums are formed side by side: one waits for its last addition while the others add. */
const LANES = 4;

/** Each sample out is one sum over all taps, always in the same order, so that no chunking can change a bit. Symmetric taps
 * halve the products. The signal before the first sample and after the last is its odd reflection, as in `filterRows`. */
function planFir(taps: Float64Array, nChannels: number): FilterStage {
  const nTaps = taps.length;
  const half = (nTaps - 1) / 2;
  if (nTaps % 2 !== 1 || !taps.every((tap, k) => Number.isFinite(tap) && Math.abs(tap - taps[nTaps - 1 - k]!) < 1e-12))
    throw new OptionError("filter.taps", `${nTaps} of them`, "an odd number of taps that read the same backwards");
  const nGroups = Math.ceil(nChannels / LANES);
  const capacity = 2 * nTaps + BLOCK;
  const size = capacity * LANES;
  // the latest frames, four channels side by side, one group of channels after another
  const frames = new Float64Array(nGroups * size);
  const beginning = new Float64Array((half + 1) * nGroups * LANES); // the first frames, kept until they can be reflected
  let nIn = 0; // samples that came
  let nOut = 0; // samples that went
  let end = 0; // frames within `frames`

  const makeRoom = (): void => {
    if (end < capacity) return;
    const keep = nTaps - 1;
    for (let group = 0; group < nGroups; group++)
      frames.copyWithin(group * size, group * size + (end - keep) * LANES, group * size + end * LANES);
    end = keep;
  };
  /** Appends a frame whose numbers `valueOf` gives by the place of a channel. */
  const append = (valueOf: (lane: number) => number): void => {
    makeRoom();
    for (let group = 0; group < nGroups; group++)
      for (let lane = 0; lane < LANES; lane++)
        frames[group * size + end * LANES + lane] = valueOf(group * LANES + lane);
    end++;
  };
  const width = nGroups * LANES;
  /** The frames that came first, with their reflection before them. */
  const begin = (): void => {
    const first = (k: number, lane: number): number => beginning[k * width + lane]!;
    const n = Math.min(nIn, half + 1);
    for (let k = half; k >= 1; k--) append((lane) => (k < n ? 2 * first(0, lane) - first(k, lane) : 0));
    for (let k = 0; k < n; k++) append((lane) => first(k, lane));
  };
  /** Writes sample `i` of the output, the sum over the last `nTaps` frames. */
  const sumInto = (out: Float64Array, i: number): void => {
    for (let group = 0; group < nGroups; group++) {
      const oldest = group * size + (end - nTaps) * LANES;
      const middle = oldest + half * LANES;
      const tap = taps[half]!;
      let s0 = tap * frames[middle]!,
        s1 = tap * frames[middle + 1]!,
        s2 = tap * frames[middle + 2]!,
        s3 = tap * frames[middle + 3]!;
      for (let k = 0, a = oldest, b = oldest + (nTaps - 1) * LANES; k < half; k++, a += LANES, b -= LANES) {
        const h = taps[k]!;
        s0 += h * (frames[a]! + frames[b]!);
        s1 += h * (frames[a + 1]! + frames[b + 1]!);
        s2 += h * (frames[a + 2]! + frames[b + 2]!);
        s3 += h * (frames[a + 3]! + frames[b + 3]!);
      }
      const to = group * LANES * BLOCK + i;
      out[to] = s0;
      if (group * LANES + 1 < nChannels) out[to + BLOCK] = s1;
      if (group * LANES + 2 < nChannels) out[to + 2 * BLOCK] = s2;
      if (group * LANES + 3 < nChannels) out[to + 3 * BLOCK] = s3;
    }
    nOut++;
  };

  let ending: { readonly reflected: Float64Array; next: number } | null = null;
  const startEnding = (): { readonly reflected: Float64Array; next: number } => {
    if (nIn <= half) begin();
    // half of the taps more, out of the frames that are there
    const reflected = new Float64Array(half * width);
    for (let k = 1; k <= Math.min(half, nIn - 1); k++)
      for (let lane = 0; lane < width; lane++) {
        const last = Math.floor(lane / LANES) * size + (end - 1) * LANES + (lane % LANES);
        reflected[(k - 1) * width + lane] = 2 * frames[last]! - frames[last - k * LANES]!;
      }
    return { reflected, next: 0 };
  };

  return {
    delaySamples: half,
    bufferBytes: frames.byteLength + beginning.byteLength,
    push(out, rows, n) {
      const before = nOut;
      for (let i = 0; i < n; i++) {
        const valueOf = (lane: number): number => (lane < nChannels ? rows[lane * BLOCK + i]! : 0);
        if (nIn <= half) for (let lane = 0; lane < width; lane++) beginning[nIn * width + lane] = valueOf(lane);
        nIn++;
        if (nIn > half + 1) append(valueOf);
        else if (nIn === half + 1) begin();
        else continue;
        sumInto(out, nOut - before);
      }
      return nOut - before;
    },
    flush(out) {
      if (nOut === nIn) return 0;
      ending ??= startEnding();
      const n = Math.min(BLOCK, nIn - nOut);
      for (let i = 0; i < n;) {
        const { reflected, next } = ending;
        append((lane) => reflected[next * width + lane]!);
        ending.next++;
        // a signal shorter than half of the taps has its first output only after some of its ending
        if (end >= nTaps) sumInto(out, i++);
      }
      return n;
    },
    reset() {
      nIn = 0;
      nOut = 0;
      end = 0;
      ending = null;
    },
  };
}
