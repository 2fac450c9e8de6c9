import { ChannelError, OptionError, SampleRateError, StreamError } from "../errors";
import { type Epochs, type EpochShapeOptions, planEpochs } from "../epochs";
import { planFoldedResampler } from "../resample-folded";
import { resampleSizes } from "../resample-matrix";
import type { Hertz, Seconds } from "../units";
import { type Chunk, checkChunk } from "./chunk";
import { type FoundEvent, planEpochStage } from "./epoch-stage";
import { BLOCK, planFilter, type StreamFilterOptions } from "./filter-stage";
import { planGapCheck } from "./gaps";
import { planOnsets, type StreamEventsOptions } from "./onsets";

/** All but the rate and the channels are optional; the defaults are those of `preprocess`. */
export interface StreamOptions {
  readonly sampleRateHz: Hertz;
  readonly channelNames: readonly string[];
  /** Default: 1 to 20 Hz by zero-phase FIR. null: none. */
  readonly filter?: StreamFilterOptions | null | undefined;
  /** Default: -0.1 to 0.6 s, baseline -0.1 to 0 s, rejected above 100 µV, codes 1 and 2. */
  readonly epochs?: EpochShapeOptions | undefined;
  /** Default 100; null: as they come. */
  readonly resampleHz?: Hertz | null | undefined;
  /** How the chunks' stim codes are read. */
  readonly events?: StreamEventsOptions | undefined;
  /** How long after its sample a marker may come and still have its epoch. Default 1. */
  readonly eventLagSeconds?: Seconds | undefined;
  /** What to do when the time stamps jump: throw a StreamError ("error", default), or end the signal there and begin anew
   * after it ("reset"), as if they were two recordings. */
  readonly onGap?: "error" | "reset" | undefined;
  /** Jumps of the time stamps below this are jitter. Default: a sample and a half, at least 0.02. */
  readonly gapToleranceSeconds?: Seconds | undefined;
  /** Told of each event that gives no epoch, with MNE's words for why, and TOO_LATE for a marker that came after
   * `eventLagSeconds`. */
  readonly onDrop?: ((event: FoundEvent, reasons: readonly string[]) => void) | undefined;
}

/** An epoch that is complete. */
export interface StreamEpoch extends FoundEvent {
  /** A classifier's row, `channel · nTimes + time`: the samples of `epochs`. */
  readonly features: Float64Array;
  /** The same as epochs, one of them. */
  readonly epochs: Epochs;
}

/** A pipeline that takes samples as they come. */
export interface Stream {
  /** How many samples the filter looks ahead: by so much an epoch is complete after its own last sample. */
  readonly delaySamples: number;
  /** All memory that holds samples; it does not change. */
  readonly bufferBytes: number;
  /** Samples that came so far. */
  readonly nSamples: number;
  readonly nEvents: number;
  readonly nEpochs: number;
  /** Takes a chunk of any size, and gives the epochs that are complete by it, in the order of their events.
   * @throws {ShapeError} {OptionError} {NotFiniteError} when the chunk cannot be; the stream goes on as if it had not come.
   * @throws {StreamError} at a gap, or after the end. */
  push(chunk: Chunk): StreamEpoch[];
  /** The signal has ended: gives the epochs that are complete within it, as the batch functions would at the end of a
   * recording, and drops the others as TOO_SHORT. */
  flush(): StreamEpoch[];
  /** Begins anew: forgets all samples and events that wait, and counts from 0. */
  reset(): void;
  /** The same as a Web Streams transform, from chunks to epochs; it takes a chunk when its epochs have been taken. */
  toTransformStream(): TransformStream<Chunk, StreamEpoch>;
}

/** Makes a pipeline for samples that come in chunks: filter, events, epochs with baseline and rejection, resampling,
 * features. With a FIR filter the numbers are those of `filterFir` … `flatten` over the whole, to 1e-12 of the largest
 * (its sums are formed in another order), a look-ahead of half the taps later: 845 samples, 1.65 s, for 1 to 20 Hz at
 * 512 Hz. With an IIR filter they are those of `filterIir` with phase "forward", without delay. They are the same, bit for
 * bit, whatever the sizes of the chunks. No buffer grows.
 * @throws {SampleRateError} {ChannelError} {OptionError} {BandError} {WindowError} when an option cannot be. */
export function createStream(options: StreamOptions): Stream {
  if (typeof options !== "object" || options === null)
    throw new OptionError("options", options, "sampleRateHz and more");
  const { sampleRateHz, channelNames, filter = { lowHz: 1, highHz: 20 }, epochs = P300_EPOCHS } = options;
  const { resampleHz = 100, events = {}, eventLagSeconds = 1, onGap = "error", onDrop } = options;
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz);
  checkNames(channelNames);
  if (!(eventLagSeconds >= 0 && eventLagSeconds <= 3600))
    throw new OptionError("eventLagSeconds", eventLagSeconds, "0 to 3600 s");
  if (onGap !== "error" && onGap !== "reset") throw new OptionError("onGap", onGap, `"error" or "reset"`);
  if (resampleHz !== null && !(Number.isFinite(resampleHz) && resampleHz > 0))
    throw new OptionError("resampleHz", resampleHz, "a number of hertz above 0, or null");
  const nChannels = channelNames.length;
  const stage = planFilter(filter, sampleRateHz, nChannels);
  const plan = planEpochs(epochs, sampleRateHz, channelNames);
  const onsets = planOnsets(events);
  const gaps = planGapCheck(sampleRateHz, options.gapToleranceSeconds);
  const wanted = epochs.codes && new Set(epochs.codes);

  const size = nChannels * plan.nTimesKept;
  const finished = new Float64Array(size);
  const resampler =
    resampleHz === null || Math.abs(resampleHz - plan.sampleRateHz) <= 1e-6 * plan.sampleRateHz
      ? null
      : { hz: resampleHz, sizes: resampleSizes(plan.nTimesKept, plan.sampleRateHz, resampleHz) };
  const folded = resampler && planFoldedResampler(resampler.sizes);
  const raw = new Float64Array(nChannels * BLOCK);
  const filtered = new Float64Array(nChannels * BLOCK);

  let complete: StreamEpoch[] = [];
  let nSamples = 0;
  let nEvents = 0;
  let nEpochs = 0;
  let state: "open" | "ended" | "failed" = "open";

  const drop = (event: FoundEvent, ...reasons: string[]): void => onDrop?.(event, reasons);
  const onCut = (cut: Float64Array, event: FoundEvent): void => {
    const reasons = plan.finishInto(finished, 0, cut);
    if (reasons.length > 0) return drop(event, ...reasons);
    const nTimes = resampler ? resampler.sizes.nOut : plan.nTimesKept;
    const data = new Float64Array(nChannels * nTimes);
    if (folded) folded.resampleInto(data, finished, nChannels);
    else data.set(finished);
    nEpochs++;
    complete.push({
      ...event,
      features: data,
      epochs: {
        data,
        nEpochs: 1,
        nChannels,
        nTimes,
        sampleRateHz: resampler ? resampler.hz : plan.sampleRateHz,
        tMinSeconds: plan.tMinSeconds,
        channelNames,
        codes: Int32Array.of(event.code),
        samples: Int32Array.of(event.sample),
        selection: Int32Array.of(0),
        dropLog: [[]],
      },
    });
  };
  const nLate = Math.ceil(eventLagSeconds * sampleRateHz);
  const makeStage = () => planEpochStage({ plan, nChannels, nLate, onCut, onDrop: drop });
  let epochStage = makeStage();

  const found = (sample: number, code: number): void => {
    const event = { index: nEvents++, sample, code };
    if (wanted && !wanted.has(code)) drop(event, "IGNORED");
    else epochStage.add(event);
  };
  const take = (chunk: Chunk, n: number): void => {
    const { data, interleaved = false, stim } = chunk;
    const [channelStep, sampleStep] = interleaved ? [1, nChannels] : [n, 1];
    for (let from = 0; from < n; from += BLOCK) {
      const nBlock = Math.min(BLOCK, n - from);
      for (let channel = 0; channel < nChannels; channel++)
        for (let i = 0, at = channel * channelStep + from * sampleStep; i < nBlock; i++, at += sampleStep)
          raw[channel * BLOCK + i] = data[at]!;
      for (let i = 0; i < nBlock; i++) {
        const code = onsets.next(stim ? stim[from + i]! : 0);
        if (code !== 0) found(nSamples + i, code);
      }
      nSamples += nBlock;
      epochStage.push(filtered, stage.push(filtered, raw, nBlock));
    }
  };
  const endSignal = (isLast: boolean): void => {
    for (let n = stage.flush(filtered); n > 0; n = stage.flush(filtered)) epochStage.push(filtered, n);
    epochStage.restart(isLast);
    stage.reset();
    onsets.reset();
    gaps.reset();
  };
  /** Runs what may throw half-way, after which only `reset` helps. */
  const run = (work: () => void): StreamEpoch[] => {
    if (state !== "open") throw new StreamError(`it has ${state}: call reset() to begin anew, or make another`);
    complete = [];
    state = "failed";
    work();
    state = "open";
    return complete;
  };

  const stream: Stream = {
    delaySamples: stage.delaySamples,
    get bufferBytes() {
      return stage.bufferBytes + epochStage.bufferBytes + raw.byteLength + filtered.byteLength + finished.byteLength;
    },
    get nSamples() {
      return nSamples;
    },
    get nEvents() {
      return nEvents;
    },
    get nEpochs() {
      return nEpochs;
    },
    push(chunk) {
      const n = checkChunk(chunk, channelNames);
      const { timestamps, events: markers = [] } = chunk;
      if (!(gaps.known || (timestamps && n > 0)) && markers.some(({ sample }) => sample === undefined))
        throw new StreamError("a marker has a time, but no sample has: give the chunks' timestamps, or its sample");
      const jump = timestamps ? gaps.find(timestamps, n) : null;
      if (jump && onGap === "error") throw new StreamError(jump.message);
      return run(() => {
        for (const { code, sample, timestampSeconds } of markers)
          found(sample ?? gaps.sampleAt(timestampSeconds!, n > 0 ? timestamps : undefined, nSamples), code);
        let rest = chunk;
        let left = n;
        for (let gap = jump; gap; gap = gaps.find(rest.timestamps!, left)) {
          take(partOf(rest, left, nChannels, 0, gap.at), gap.at);
          endSignal(false);
          rest = partOf(rest, left, nChannels, gap.at, left);
          left -= gap.at;
        }
        take(rest, left);
        if (rest.timestamps) gaps.took(rest.timestamps, left, nSamples);
      });
    },
    flush() {
      const last = run(() => endSignal(true));
      state = "ended";
      return last;
    },
    reset() {
      stage.reset();
      onsets.reset();
      gaps.reset();
      epochStage = makeStage();
      nSamples = 0;
      nEvents = 0;
      nEpochs = 0;
      state = "open";
    },
    toTransformStream() {
      const send = (list: StreamEpoch[], controller: TransformStreamDefaultController<StreamEpoch>): void => {
        for (const epoch of list) controller.enqueue(epoch);
      };
      return new TransformStream<Chunk, StreamEpoch>({
        transform: (chunk, controller) => send(stream.push(chunk), controller),
        flush: (controller) => send(stream.flush(), controller),
      });
    },
  };
  return stream;
}

const P300_EPOCHS: EpochShapeOptions = {
  tMinSeconds: -0.1,
  tMaxSeconds: 0.6,
  baseline: [-0.1, 0],
  codes: [1, 2],
  rejectPeakToPeakMicrovolts: 100,
};

function checkNames(channelNames: readonly string[]): void {
  if (!Array.isArray(channelNames) || channelNames.length === 0)
    throw new OptionError("channelNames", channelNames, "the name of at least one channel");
  for (const [i, name] of channelNames.entries())
    if (channelNames.indexOf(name) !== i) throw new ChannelError(name, "is there twice: rename one");
}

/** Samples [from, to) of a chunk of n; its markers stay behind. */
function partOf(chunk: Chunk, n: number, nChannels: number, from: number, to: number): Chunk {
  const { data, interleaved = false, stim, timestamps } = chunk;
  const part = new Float64Array(nChannels * (to - from));
  for (let channel = 0; channel < nChannels; channel++)
    for (let i = from; i < to; i++)
      part[channel * (to - from) + i - from] = data[interleaved ? i * nChannels + channel : channel * n + i]!;
  const slice = (list: ArrayLike<number>): number[] => Array.prototype.slice.call(list, from, to) as number[];
  return { data: part, stim: stim && slice(stim), timestamps: timestamps && slice(timestamps) };
}

/** Sends chunks through a pipeline of their own as they are asked for, and ends with its last epochs. A source that waits
 * for its consumer is held back by it. Throws as `createStream` and `push`, and whatever the source throws. */
export async function* streamEpochs(
  source: AsyncIterable<Chunk> | Iterable<Chunk>,
  options: StreamOptions,
): AsyncGenerator<StreamEpoch, void, undefined> {
  const stream = createStream(options);
  for await (const chunk of source) yield* stream.push(chunk);
  yield* stream.flush();
}
