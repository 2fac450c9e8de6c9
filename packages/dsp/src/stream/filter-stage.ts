import { OptionError } from "../errors";
import { designFir, type FirOptions } from "../fir";
import { designButterworth, designChebyshev1, type IirBand } from "../iir/design";
import { checkSections, sosFilterInto } from "../iir/sosfilt";
import { type FilterBlock, LANES, nextBlockLength, planBlockFilter } from "../kernels/block-filter";
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

/** Taps that meet the latest samples; what the others give is known for as many outputs to come. */
const HEAD = 256;

/** What older samples give to each output does not wait for the latest: for `HEAD` outputs at a time, always the same ones,
 * it comes from a transform. The latest samples are summed up directly. So no chunking can change a bit, and no sample
 * makes more work than a transform, however many taps there are. Few symmetric taps are one sum, of half the products.
 * The signal before the first sample and after the last is its odd reflection, as in `filterRows`. */
function planFir(taps: Float64Array, nChannels: number): FilterStage {
  const nTaps = taps.length;
  const half = (nTaps - 1) / 2;
  if (nTaps % 2 !== 1 || !taps.every((tap, k) => Number.isFinite(tap) && Math.abs(tap - taps[nTaps - 1 - k]!) < 1e-12))
    throw new OptionError("filter.taps", `${nTaps} of them`, "an odd number of taps that read the same backwards");
  const capacity = 2 * nTaps + BLOCK;
  // a row a channel: what came last, and before the first sample its reflection, once there is enough to reflect
  const latest = new Float64Array(nChannels * capacity);
  let from = 0; // where the next sum begins in each row
  let end = half;
  let nIn = 0;
  let begun = false;
  let ending: { readonly reflected: Float64Array; next: number } | null = null;
  const older = nTaps > 2 * HEAD ? planOlder(taps.subarray(0, nTaps - HEAD), nChannels) : null;

  const append = (rows: Float64Array, stride: number, start: number, n: number): void => {
    if (end + n > capacity) {
      for (let row = 0; row < nChannels * capacity; row += capacity) latest.copyWithin(row, row + from, row + end);
      end -= from;
      from = 0;
    }
    for (let channel = 0; channel < nChannels; channel++)
      latest.set(rows.subarray(channel * stride + start, channel * stride + start + n), channel * capacity + end);
    end += n;
  };
  const begin = (): void => {
    begun = true;
    for (let row = half; row < nChannels * capacity; row += capacity)
      for (let k = 1; k <= half; k++) latest[row - k] = k < nIn ? 2 * latest[row]! - latest[row + k]! : 0;
  };
  /** Writes all sums that there are samples for, and gives their number. */
  const sumInto = (out: Float64Array): number => {
    const n = Math.max(end - from - (nTaps - 1), 0);
    if (older) older.sumInto(out, latest, capacity, from, n, taps);
    else
      for (let channel = 0; channel < nChannels; channel++)
        symmetricSumsInto(out, channel * BLOCK, latest, channel * capacity + from, n, taps);
    from += n;
    return n;
  };

  return {
    delaySamples: half,
    bufferBytes: latest.byteLength + (older?.bufferBytes ?? 0),
    push(out, rows, n) {
      append(rows, BLOCK, 0, n);
      nIn += n;
      if (!begun && nIn > half) begin();
      return begun ? sumInto(out) : 0;
    },
    flush(out) {
      if (nIn === 0) return 0;
      if (!begun) begin();
      if (!ending) {
        ending = { reflected: new Float64Array(nChannels * half), next: 0 };
        for (let channel = 0; channel < nChannels; channel++) {
          const last = channel * capacity + end - 1;
          for (let k = 1; k <= Math.min(half, nIn - 1); k++)
            ending.reflected[channel * half + k - 1] = 2 * latest[last]! - latest[last - k]!;
        }
      }
      // a signal shorter than half of the taps has its first sum only after some of its reflection
      let nOut = 0;
      while (nOut === 0 && ending.next < half) {
        const n = Math.min(BLOCK, half - ending.next);
        append(ending.reflected, half, ending.next, n);
        ending.next += n;
        nOut = sumInto(out);
      }
      return nOut;
    },
    reset() {
      from = 0;
      end = half;
      nIn = 0;
      begun = false;
      ending = null;
      older?.reset();
    },
  };
}

/** Sums whose older samples are convolved with their taps `HEAD` outputs ahead. */
function planOlder(olderTaps: Float64Array, nChannels: number) {
  const nOlder = olderTaps.length;
  const filter = planBlockFilter(olderTaps.toReversed(), nextBlockLength(nOlder + HEAD - 1));
  const shares = new Float64Array(nChannels * HEAD);
  let next = 0; // which of the shares that there are comes next

  return {
    bufferBytes: shares.byteLength,
    /** Writes the n sums that begin at sample `from` of each row, rows of `out` and `data` being `BLOCK` and `stride` apart. */
    sumInto(out: Float64Array, data: Float64Array, stride: number, from: number, n: number, taps: Float64Array): void {
      for (let done = 0; done < n;) {
        if (next === 0) makeShares(data, stride, from + done);
        const take = Math.min(n - done, HEAD - next);
        for (let channel = 0; channel < nChannels; channel++) {
          const at = channel * stride + from + done + nOlder;
          addSumsInto(out, channel * BLOCK + done, shares, channel * HEAD + next, data, at, take, taps, nOlder);
        }
        done += take;
        next = (next + take) % HEAD;
      }
    },
    reset: () => void (next = 0),
  };

  function makeShares(data: Float64Array, stride: number, from: number): void {
    for (let first = 0; first < nChannels; first += LANES) {
      const blocks: FilterBlock[] = [];
      for (let channel = first; channel < Math.min(first + LANES, nChannels); channel++) {
        const start = channel * stride + from;
        // no more than is needed: what has come since would change the last bits
        const input = data.subarray(start, start + nOlder + HEAD - 1);
        blocks.push({ input, from: 0, out: shares, to: channel * HEAD, n: HEAD });
      }
      filter.filter(blocks);
    }
  }
}

/** `out[i] = shares[i] + Σ taps[k] · data[i + k - first]` over the taps from `first` on, four sums side by side. */
function addSumsInto(
  out: Float64Array,
  to: number,
  shares: Float64Array,
  share: number,
  data: Float64Array,
  start: number,
  n: number,
  taps: Float64Array,
  first: number,
): void {
  const nTaps = taps.length;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let at = start + i;
    let s0 = shares[share + i]!,
      s1 = shares[share + i + 1]!,
      s2 = shares[share + i + 2]!,
      s3 = shares[share + i + 3]!;
    let x0 = data[at]!,
      x1 = data[at + 1]!,
      x2 = data[at + 2]!;
    for (let k = first; k < nTaps; k++, at++) {
      const h = taps[k]!;
      const x3 = data[at + 3]!;
      s0 += h * x0;
      s1 += h * x1;
      s2 += h * x2;
      s3 += h * x3;
      x0 = x1;
      x1 = x2;
      x2 = x3;
    }
    out[to + i] = s0;
    out[to + i + 1] = s1;
    out[to + i + 2] = s2;
    out[to + i + 3] = s3;
  }
  for (; i < n; i++) {
    let sum = shares[share + i]!;
    for (let k = first, at = start + i; k < nTaps; k++, at++) sum += taps[k]! * data[at]!;
    out[to + i] = sum;
  }
}

/** `out[i] = Σ taps[k] · data[i + k]` for n of them. Four sums run side by side, through which the samples slide: each is
 * loaded once for all four, and one sum adds while another waits. */
function symmetricSumsInto(
  out: Float64Array,
  to: number,
  data: Float64Array,
  start: number,
  n: number,
  taps: Float64Array,
): void {
  const half = (taps.length - 1) / 2;
  const middle = taps[half]!;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let a = start + i;
    let b = a + 2 * half;
    let s0 = middle * data[a + half]!,
      s1 = middle * data[a + half + 1]!,
      s2 = middle * data[a + half + 2]!,
      s3 = middle * data[a + half + 3]!;
    let a0 = data[a]!,
      a1 = data[a + 1]!,
      a2 = data[a + 2]!;
    let b1 = data[b + 1]!,
      b2 = data[b + 2]!,
      b3 = data[b + 3]!;
    for (let k = 0; k < half; k++, a++, b--) {
      const h = taps[k]!;
      const a3 = data[a + 3]!;
      const b0 = data[b]!;
      s0 += h * (a0 + b0);
      s1 += h * (a1 + b1);
      s2 += h * (a2 + b2);
      s3 += h * (a3 + b3);
      a0 = a1;
      a1 = a2;
      a2 = a3;
      b3 = b2;
      b2 = b1;
      b1 = b0;
    }
    out[to + i] = s0;
    out[to + i + 1] = s1;
    out[to + i + 2] = s2;
    out[to + i + 3] = s3;
  }
  for (; i < n; i++) {
    let sum = middle * data[start + i + half]!;
    for (let k = 0, a = start + i, b = a + 2 * half; k < half; k++, a++, b--) sum += taps[k]! * (data[a]! + data[b]!);
    out[to + i] = sum;
  }
}
