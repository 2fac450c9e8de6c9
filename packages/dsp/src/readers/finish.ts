import { SampleRateError } from "../errors";
import { type Annotation, checkRecording, type Recording } from "../recording";
import type { Refuse } from "./bytes";
import { type ChannelHeader, type ChannelPlan, microvoltsOr1, voltageUnit } from "./channels";
import { planGaps, type Segment, spreadRow } from "./gaps";
import { byOnset, stimFromMarkers } from "./markers";
import type { DecodedFile, DecodeOptions, OtherChannel, RecordingFormat } from "./recording-file";

/** What a reader knows once it has read: one long row a channel, in the file's units. */
export interface Decoded {
  readonly format: RecordingFormat;
  readonly headers: readonly ChannelHeader[];
  readonly plan: ChannelPlan;
  readonly nSamples: number;
  /** Writes channel `index` of the file into a row, which has `nSamples` numbers (or as many as that channel has). */
  readonly fill: (index: number, into: Float64Array) => void;
  /** The stim channel's codes, when the plan has one. */
  readonly stim?: ((index: number) => Int32Array) | undefined;
  readonly nSamplesOf?: ((index: number) => number) | undefined;
  readonly annotations: readonly Annotation[];
  /** Stretches without a pause, when there are several. */
  readonly segments?: readonly Segment[] | undefined;
}

/** Makes the recording: EEG rows in microvolts, events from the stim channel or the markers, gaps as asked. */
export function finish(decoded: Decoded, options: DecodeOptions, refuse: Refuse): DecodedFile {
  const { format, headers, plan, segments, nSamples: nRead } = decoded;
  const { sampleRateHz } = plan;
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz, options.source);
  if (nRead === 0) refuse("holds no samples: give a recording");
  const gapPlan =
    segments && segments.length > 1 ? planGaps(segments, sampleRateHz, options.gaps ?? "refuse", refuse) : undefined;
  const nSamples = gapPlan?.nSamples ?? nRead;

  const data = new Float64Array(plan.eeg.length * nSamples);
  const scratch = gapPlan ? new Float64Array(nRead) : undefined;
  plan.eeg.forEach((index, row) => {
    const into = data.subarray(row * nSamples, (row + 1) * nSamples);
    decoded.fill(index, scratch ?? into);
    if (gapPlan && scratch) spreadRow(scratch, into, segments!, gapPlan);
    scale(into, microvoltsOr1(headers[index]!.unit));
  });
  const annotations = [...decoded.annotations, ...(gapPlan?.gaps ?? [])].sort(byOnset);
  let stim: Int32Array;
  if (plan.stim !== undefined && decoded.stim) {
    const codes = decoded.stim(plan.stim);
    stim = gapPlan ? spreadRow(codes, new Int32Array(nSamples), segments!, gapPlan) : codes;
  } else stim = stimFromMarkers(annotations, { nSamples, sampleRateHz, eventCodes: options.eventCodes, refuse });

  const otherChannels = plan.other.map((index): OtherChannel => {
    const { unit, sampleRateHz: ownRate } = headers[index]!;
    const row = new Float64Array(decoded.nSamplesOf?.(index) ?? nRead);
    decoded.fill(index, row);
    scale(row, microvoltsOr1(unit));
    const spread = gapPlan && row.length === nRead && ownRate === sampleRateHz;
    return {
      name: plan.names[index]!,
      type: plan.types[index]!,
      unit: voltageUnit(unit),
      sampleRateHz: ownRate,
      data: spread ? spreadRow(row, new Float64Array(nSamples), segments!, gapPlan) : row,
    };
  });
  const recording: Recording = {
    data,
    nChannels: plan.eeg.length,
    nSamples,
    sampleRateHz,
    channelNames: plan.eeg.map((index) => plan.names[index]!),
    stim,
    ...(options.stimCodes ? { stimCodes: options.stimCodes } : {}),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(options.source === undefined ? {} : { source: options.source }),
  };
  checkRecording(recording);
  return { format, recording, otherChannels };
}

function scale(row: Float64Array, factor: number): void {
  if (factor !== 1) for (let i = 0; i < row.length; i++) row[i]! *= factor;
}

/** Event codes out of numbers, each of which must be whole. */
export function codesOf(row: Float64Array, name: string, refuse: Refuse): Int32Array {
  const codes = Int32Array.from(row);
  for (let i = 0; i < row.length; i++)
    if (codes[i] !== row[i])
      refuse(
        `has ${row[i]} in its stim channel ${name} at sample ${i}, which is no whole number: name another stimChannel, or null`,
      );
  return codes;
}
