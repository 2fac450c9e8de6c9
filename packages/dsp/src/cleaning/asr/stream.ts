import { OptionError, ShapeError } from "../../errors";
import { roundHalfEven } from "../../round";
import { checkCount, checkPositive, checkRate, checkRows } from "../../rows";
import type { Seconds } from "../../units";
import { multiply, transpose } from "../linear-algebra";
import type { AsrCalibration } from "./calibrate";
import { iirInto } from "./iir";
import { reconstruction } from "./reconstruction";

export interface ApplyAsrOptions {
  /** How far ahead of a sample the window that judges it reaches. Default: half the window, which then lies around it. */
  readonly lookAheadSeconds?: Seconds | undefined;
  /** A window is judged every so many samples; in between, one judgement is blended into the next. Default 32, or the window if
   * that is less. */
  readonly stepSamples?: number | undefined;
  /** Largest share of the directions that are given up at once. Default 0.66. */
  readonly removedShareMax?: number | undefined;
}

/** Samples that are done. */
export interface AsrChunk {
  /** nChannels × nSamples, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nSamples: number;
}

export interface AsrStream {
  /** Takes the next samples, nChannels rows of any one length, and gives those that are done. They come
   * `lookAheadSeconds` and at most `stepSamples` late; all in all they are what `applyAsr` makes of the whole, bit for bit. */
  push(chunk: Float64Array): AsrChunk;
  /** Gives the rest. Nothing can be pushed afterwards. */
  flush(): AsrChunk;
}

/** ASR on a recording that comes in pieces; its memory is a window and the piece. Calibrate on a stretch before.
 * @throws {OptionError} when an option cannot be, or the calibration is damaged. */
export function streamAsr(calibration: AsrCalibration, options: ApplyAsrOptions = {}): AsrStream {
  const { mixing, thresholds, filter, sampleRateHz, windowSeconds, channelNames } = calibration;
  if (!(Array.isArray(channelNames) && filter?.a instanceof Float64Array && filter.a.length > 1))
    throw new OptionError("calibration", calibration, "what calibrateAsr gives");
  checkRate(sampleRateHz);
  checkPositive("calibration.windowSeconds", windowSeconds);
  const n = channelNames.length;
  const windowSamples = Math.max(1, roundHalfEven(windowSeconds * sampleRateHz));
  const { lookAheadSeconds = windowSeconds / 2, removedShareMax = 0.66 } = options;
  const { stepSamples = Math.min(32, windowSamples) } = options;
  const lookAhead = roundHalfEven(lookAheadSeconds * sampleRateHz);
  checkCount("stepSamples", stepSamples, 1, windowSamples);
  if (!(lookAhead >= 0 && lookAhead <= windowSamples))
    throw new OptionError("lookAheadSeconds", lookAheadSeconds, `0 to ${windowSeconds} s, the window's length`);
  if (!(removedShareMax >= 0 && removedShareMax <= 1))
    throw new OptionError("removedShareMax", removedShareMax, "a number from 0 to 1");
  for (const [name, values, length] of [
    ["mixing", mixing, n * n],
    ["thresholds", thresholds, n * n],
    ["filter.b", filter.b, filter.a.length],
  ] as const)
    if (!(values instanceof Float64Array && values.length === length && values.every(Number.isFinite)))
      throw new OptionError(`calibration.${name}`, values, `${length} finite numbers in a Float64Array`);
  const nRemovedMax = roundHalfEven(n * removedShareMax);
  const limits = multiply(transpose(thresholds, n, n), thresholds, n, n, n);

  const states = Array.from({ length: n }, () => new Float64Array(filter.b.length - 1));
  let raw = emptyRows(n); // from sample `rawFrom` on
  let weighted = emptyRows(n); // from sample `weightedFrom` on
  let [rawFrom, weightedFrom, received, lastUpdate] = [0, 0, 0, 0];
  let lastMatrix: Float64Array | null = null;
  const steps: Float64Array[] = []; // of each of the last steps, the sum of x·xᵀ
  let isOver = false;

  /** The mean of x·xᵀ over the window that ends before sample `end`; what lies before the begin counts as 0. Steps are
   * summed once for all windows that they are part of. */
  const windowCovariance = (end: number): Float64Array => {
    const from = Math.max(0, end - windowSamples);
    const nSteps = Math.floor(windowSamples / stepSamples);
    let sum: Float64Array;
    if (end % stepSamples === 0) {
      steps.push(products(weighted, end - stepSamples - weightedFrom, end - weightedFrom));
      if (steps.length > nSteps) steps.shift();
      const firstStep = end - steps.length * stepSamples;
      sum = products(weighted, Math.min(from, firstStep) - weightedFrom, firstStep - weightedFrom);
      for (const step of steps) for (let i = 0; i < sum.length; i++) sum[i]! += step[i]!;
    } else sum = products(weighted, from - weightedFrom, end - weightedFrom);
    for (let i = 0; i < sum.length; i++) sum[i]! /= windowSamples;
    return sum;
  };

  /** Judges the window that ends before sample `end`, and mends what its look-ahead makes ready. */
  const update = (end: number, out: Float64Array, width: number, begin: number): number => {
    const covariance = windowCovariance(end);
    const matrix = reconstruction(calibration, covariance, limits, n, nRemovedMax);
    const from = Math.max(lastUpdate - lookAhead, 0);
    const to = end - lookAhead;
    if (to > from) {
      const blend = Float64Array.from({ length: to - from }, (_, i) => {
        const share = (from + i + 1 + lookAhead - lastUpdate) / (end - lastUpdate);
        return (1 - Math.cos(Math.PI * share)) / 2;
      });
      mendInto(out, width, from - begin, raw, from - rawFrom, blend, matrix, lastMatrix);
    }
    lastMatrix = matrix;
    lastUpdate = end;
    return end;
  };

  const take = (chunk: Float64Array, nNew: number): void => {
    const filtered = new Float64Array(chunk.length);
    for (let channel = 0; channel < n; channel++)
      iirInto(filtered, chunk, channel * nNew, nNew, filter, states[channel]!);
    const keepRaw = Math.max(rawFrom, lastUpdate - lookAhead - 1); // one more, to mirror about
    raw = appendRows(raw, keepRaw - rawFrom, chunk, nNew);
    rawFrom = keepRaw;
    const keepWeighted = Math.max(weightedFrom, lastUpdate - windowSamples);
    weighted = appendRows(weighted, keepWeighted - weightedFrom, filtered, nNew);
    weightedFrom = keepWeighted;
    received += nNew;
  };

  /** Judges all windows that are complete, and at the end the one that ends there. */
  const updateAll = (): AsrChunk => {
    const last = isOver ? received : Math.max(lastUpdate, received - (received % stepSamples), Math.min(received, 1));
    const begin = Math.max(lastUpdate - lookAhead, 0);
    const nSamples = Math.max(last - lookAhead, 0) - begin;
    const data = new Float64Array(n * nSamples);
    for (let at = lastUpdate; at < last;) {
      const next = at === 0 ? 1 : at - (at % stepSamples) + stepSamples;
      at = update(Math.min(next, last), data, nSamples, begin);
    }
    return { data, nSamples };
  };

  return {
    push(chunk) {
      if (isOver) throw new OptionError("chunk", "pushed after flush", "each recording its own streamAsr");
      if (!(chunk instanceof Float64Array) || chunk.length % n !== 0)
        throw new ShapeError("chunk.length", chunk?.length, Math.ceil((chunk?.length ?? 0) / n) * n);
      const nNew = chunk.length / n;
      checkRows(chunk, Math.max(nNew, 1));
      take(chunk, nNew);
      return updateAll();
    },
    flush() {
      if (isOver || received === 0) return { data: new Float64Array(0), nSamples: 0 };
      isOver = true;
      const tail = new Float64Array(n * lookAhead);
      raw.forEach((row, channel) => {
        const last = row.length - 1;
        for (let i = 0; i < lookAhead; i++)
          tail[channel * lookAhead + i] = 2 * row[last]! - row[Math.max(0, last - 1 - i)]!;
      });
      take(tail, lookAhead);
      return updateAll();
    },
  };
}

const emptyRows = (n: number): Float64Array[] => Array.from({ length: n }, () => new Float64Array(0));

/** Writes the blend of what both matrices make of the samples from `at` on; null makes nothing of them. */
function mendInto(
  out: Float64Array,
  width: number,
  to: number,
  rows: readonly Float64Array[],
  at: number,
  blend: Float64Array,
  matrix: Float64Array | null,
  before: Float64Array | null,
): void {
  const n = rows.length;
  for (const [channel, row] of rows.entries()) {
    const sum = out.subarray(channel * width + to, channel * width + to + blend.length);
    if (matrix === null && before === null) {
      sum.set(row.subarray(at, at + blend.length));
      continue;
    }
    for (let source = 0; source < n; source++) {
      const now = matrix === null ? Number(source === channel) : matrix[channel * n + source]!;
      const then = before === null ? Number(source === channel) : before[channel * n + source]!;
      const x = rows[source]!;
      for (let i = 0; i < blend.length; i++) sum[i]! += (blend[i]! * now + (1 - blend[i]!) * then) * x[at + i]!;
    }
  }
}

/** Rows without their first `drop` samples, and with the next `nNew` ones. */
function appendRows(rows: Float64Array[], drop: number, chunk: Float64Array, nNew: number): Float64Array[] {
  return rows.map((row, channel) => {
    const next = new Float64Array(row.length - drop + nNew);
    next.set(row.subarray(drop));
    next.set(chunk.subarray(channel * nNew, (channel + 1) * nNew), row.length - drop);
    return next;
  });
}

/** The sum of x·xᵀ over samples [from, to). */
function products(rows: readonly Float64Array[], from: number, to: number): Float64Array {
  const n = rows.length;
  const out = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    const x = rows[a]!;
    for (let b = 0; b <= a; b++) {
      const y = rows[b]!;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let i = from;
      for (; i + 3 < to; i += 4) {
        s0 += x[i]! * y[i]!;
        s1 += x[i + 1]! * y[i + 1]!;
        s2 += x[i + 2]! * y[i + 2]!;
        s3 += x[i + 3]! * y[i + 3]!;
      }
      for (; i < to; i++) s0 += x[i]! * y[i]!;
      out[a * n + b] = out[b * n + a] = s0 + s1 + s2 + s3;
    }
  }
  return out;
}
