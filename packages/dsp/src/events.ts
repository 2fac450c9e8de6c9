import { EventsTooCloseError, OptionError, SampleRateError } from "./errors";
import type { Recording } from "./recording";
import type { Hertz, Seconds } from "./units";

/** Events, in the order of their samples. */
export interface Events {
  readonly nEvents: number;
  /** Sample of each event, counted from the recording's first. */
  readonly samples: Int32Array;
  /** Value of the stim channel just before each event (for output "offset": just after it). */
  readonly previous: Int32Array;
  /** Code of each event. */
  readonly codes: Int32Array;
}

export interface FindEventsOptions {
  /** Which point of an event to give: its first sample, its last, or every step of the stim channel. Default "onset". */
  readonly output?: "onset" | "offset" | "step" | undefined;
  /** Whether a step from one code to another is an event: "increasing" (default) only upwards, true always, false only from 0. */
  readonly consecutive?: "increasing" | boolean | undefined;
  /** Steps that are followed by another within this time are dropped as spurious. Default 0. */
  readonly minDurationSeconds?: Seconds | undefined;
  /** Fewest samples from one event to the next. Default 1, for markers of a single sample; MNE's own default is 2. */
  readonly shortestEventSamples?: number | undefined;
  /** Whether a stim channel that does not start at 0 starts with an event. Default false. */
  readonly initialEvent?: boolean | undefined;
  /** Bits of the codes that count; the others are cleared before steps are told apart. Default: all. */
  readonly mask?: number | null | undefined;
  /** Whether the bits of `mask` are those kept ("and", default) or those cleared ("not_and"). */
  readonly maskType?: "and" | "not_and" | undefined;
  /** Read the channel as unsigned 16-bit numbers, for amplifiers whose bit 16 comes out as a sign. Default false. */
  readonly uintCast?: boolean | undefined;
  /** Number of the first sample, added to all; for a recording that was cut out of a longer one. Default 0. */
  readonly firstSample?: number | undefined;
}

interface Step {
  sample: number;
  before: number;
  after: number;
}

/** Finds the events of a stim channel, as MNE 1.13's `find_events` does (`test/golden/events.json`,
 * `test/golden/event-masks.json`), except that two of its faults are not copied: dropping an orphaned last offset leaves
 * no event instead of an IndexError, and output "offset" pairs each offset with its own onset. Values are cut off towards
 * zero; negative codes count by their magnitude.
 * @param recording - its `stim` and, for `minDurationSeconds`, its `sampleRateHz` are read.
 * @throws {EventsTooCloseError} when two events are less than `shortestEventSamples` apart.
 * @throws {OptionError} when an option or a code is out of range. @throws {SampleRateError} when a duration lacks its rate. */
export function findEvents(
  recording: { readonly stim: Recording["stim"] | ArrayLike<number>; readonly sampleRateHz?: Hertz },
  options: FindEventsOptions = {},
): Events {
  const { output = "onset", consecutive = "increasing", minDurationSeconds = 0, initialEvent = false } = options;
  const { shortestEventSamples = 1, mask = null, maskType = "and", uintCast = false, firstSample = 0 } = options;
  checkOptions(options);
  const sampleRateHz = recording?.sampleRateHz;
  if (minDurationSeconds > 0 && !(sampleRateHz !== undefined && Number.isFinite(sampleRateHz) && sampleRateHz > 0))
    throw new SampleRateError(sampleRateHz);

  if (typeof recording?.stim?.length !== "number") throw new OptionError("stim", recording?.stim, "an array of codes");
  const { stim } = recording;
  // A step leads to every code but the first: of codes as they are meant to be none needs to be looked at twice.
  const stepsAsGiven = stim instanceof Int32Array && !uintCast && !(stim[0]! < 0) ? stimSteps(stim) : null;
  const channel = stepsAsGiven ? stim : toCodes(stim, uintCast);
  let steps = stepsAsGiven ?? stimSteps(channel)!;
  const minSamples = minDurationSeconds * (sampleRateHz ?? 1);
  if (minSamples > 0) steps = mergeSteps(steps, Number.isInteger(minSamples) ? minSamples - 1 : Math.floor(minSamples));
  const initial = channel[0] ?? 0;
  if (initial !== 0 && initialEvent) steps.unshift({ sample: 0, before: 0, after: initial });
  if (mask !== null) steps = maskSteps(steps, maskType === "and" ? mask : ~mask);

  const found = pick(steps, consecutive, output);
  // unique rows, by sample: only an initial event can repeat one
  found.sort((a, b) => a.sample - b.sample || a.before - b.before || a.after - b.after);
  const unique = found.filter((step, i) => i === 0 || !sameStep(step, found[i - 1]!));
  const nTooClose = unique.filter(
    (step, i) => i > 0 && step.sample - unique[i - 1]!.sample < shortestEventSamples,
  ).length;
  if (nTooClose > 0) throw new EventsTooCloseError(nTooClose, shortestEventSamples);

  const nEvents = unique.length;
  const [samples, previous, codes] = [new Int32Array(nEvents), new Int32Array(nEvents), new Int32Array(nEvents)];
  for (let i = 0; i < nEvents; i++) {
    const step = unique[i]!;
    samples[i] = step.sample + firstSample;
    previous[i] = step.before;
    codes[i] = step.after;
  }
  return { nEvents, samples, previous, codes };
}

export const INT32_MAX = 2 ** 31 - 1;

function checkOptions(options: FindEventsOptions): void {
  const { output = "onset", consecutive = "increasing", minDurationSeconds = 0, maskType = "and" } = options;
  const { shortestEventSamples = 1, mask = null, firstSample = 0 } = options;
  if (!["onset", "offset", "step"].includes(output))
    throw new OptionError("output", output, `"onset", "offset" or "step"`);
  if (consecutive !== "increasing" && typeof consecutive !== "boolean")
    throw new OptionError("consecutive", consecutive, `"increasing", true or false`);
  if (!(Number.isFinite(minDurationSeconds) && minDurationSeconds >= 0))
    throw new OptionError("minDurationSeconds", minDurationSeconds, "a number of seconds, 0 or above");
  if (!(Number.isInteger(shortestEventSamples) && shortestEventSamples >= 0))
    throw new OptionError("shortestEventSamples", shortestEventSamples, "an integer, 0 or above");
  if (mask !== null && !(Number.isInteger(mask) && Math.abs(mask) <= INT32_MAX))
    throw new OptionError("mask", mask, "an integer of 32 bits, or null");
  if (maskType !== "and" && maskType !== "not_and") throw new OptionError("maskType", maskType, `"and" or "not_and"`);
  if (!(Number.isInteger(firstSample) && Math.abs(firstSample) <= INT32_MAX))
    throw new OptionError("firstSample", firstSample, "an integer");
}

const sameStep = (a: Step, b: Step): boolean => a.sample === b.sample && a.before === b.before && a.after === b.after;

/** The channel as codes that are integers, 0 or above. */
function toCodes(stim: ArrayLike<number>, uintCast: boolean): Int32Array {
  const codes = new Int32Array(stim.length);
  for (let i = 0; i < stim.length; i++) {
    const value = Math.trunc(stim[i]!);
    const code = Math.abs(uintCast ? value & 0xffff : value);
    if (!(code <= INT32_MAX)) throw new OptionError(`stim[${i}]`, stim[i], "codes of at most 31 bits");
    codes[i] = code;
  }
  return codes;
}

/** Every change of value; a channel that ends above 0 is closed by a step just after its last sample.
 * @returns null when one leads below 0. */
function stimSteps(stim: ArrayLike<number>): Step[] | null {
  const steps: Step[] = [];
  let before = stim.length > 0 ? stim[0]! : 0;
  for (let i = 1; i < stim.length; i++) {
    const after = stim[i]!;
    if (after === before) continue;
    if (after < 0) return null;
    steps.push({ sample: i, before, after });
    before = after;
  }
  const last = steps.at(-1);
  if (last && last.after !== 0) steps.push({ sample: stim.length, before: last.after, after: 0 });
  return steps;
}

/** Drops each step that another follows within `nSamples`; the follower takes over what was before the dropped one. */
function mergeSteps(steps: Step[], nSamples: number): Step[] {
  if (nSamples <= 0) return steps;
  const follows = (i: number): boolean => i < steps.length && steps[i]!.sample - steps[i - 1]!.sample <= nSamples;
  return steps
    .map((step, i) => (i > 0 && follows(i) ? { ...step, before: steps[i - 1]!.before } : step))
    .filter((step, i) => !follows(i + 1) && step.before !== step.after);
}

function maskSteps(steps: Step[], mask: number): Step[] {
  return steps
    .map(({ sample, before, after }) => ({ sample, before: before & mask, after: after & mask }))
    .filter(({ before, after }) => before !== after);
}

function pick(steps: Step[], consecutive: "increasing" | boolean, output: "onset" | "offset" | "step"): Step[] {
  const isOnset = ({ before, after }: Step): boolean =>
    consecutive === "increasing" ? after > before : consecutive ? after > 0 : before === 0;
  const isOffset = (step: Step): boolean =>
    consecutive === "increasing"
      ? (isOnset(step) || step.after === 0) && step.before > 0
      : consecutive
        ? step.before > 0
        : step.after === 0;
  const onsets: number[] = [];
  const offsets: number[] = [];
  for (const [i, step] of steps.entries()) {
    if (isOnset(step)) onsets.push(i);
    if (isOffset(step)) offsets.push(i);
  }
  if (onsets.length === 0 || offsets.length === 0) return [];
  if (onsets[0]! > offsets[0]!) offsets.shift();
  if (offsets.length === 0) return [];
  if (onsets.at(-1)! > offsets.at(-1)!) onsets.pop();

  if (output === "onset") return onsets.map((i) => steps[i]!);
  if (output === "step") return [...new Set([...onsets, ...offsets])].sort((a, b) => a - b).map((i) => steps[i]!);
  let next = 0;
  return onsets.flatMap((onset) => {
    while (next < offsets.length && offsets[next]! <= onset) next++;
    const offset = offsets[next];
    if (offset === undefined) return [];
    return [{ sample: steps[offset]!.sample - 1, before: steps[offset]!.after, after: steps[onset]!.after }];
  });
}

/** Checks that every list of some events is as long as it says.
 * @throws {OptionError} when it is not. */
export function checkEvents(events: Events): void {
  for (const name of ["samples", "previous", "codes"] as const)
    if (!events?.[name] || events[name].length !== events.nEvents)
      throw new OptionError(`events.${name}.length`, events?.[name]?.length, `nEvents, ${events?.nEvents}`);
}
