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
  const stim = toCodes(recording.stim, uintCast);
  let steps = stimSteps(stim);
  const minSamples = minDurationSeconds * (sampleRateHz ?? 1);
  if (minSamples > 0) steps = mergeSteps(steps, Number.isInteger(minSamples) ? minSamples - 1 : Math.floor(minSamples));
  const initial = stim[0] ?? 0;
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

  return {
    nEvents: unique.length,
    samples: Int32Array.from(unique, (step) => step.sample + firstSample),
    previous: Int32Array.from(unique, (step) => step.before),
    codes: Int32Array.from(unique, (step) => step.after),
  };
}

const INT32_MAX = 2 ** 31 - 1;

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
  if (stim instanceof Int32Array && !uintCast) {
    let bits = 0;
    for (let i = 0; i < stim.length; i++) bits |= stim[i]!;
    if (bits >= 0) return stim; // none is negative
  }
  const codes = new Int32Array(stim.length);
  for (let i = 0; i < stim.length; i++) {
    const value = Math.trunc(stim[i]!);
    const code = Math.abs(uintCast ? value & 0xffff : value);
    if (!(code <= INT32_MAX)) throw new OptionError(`stim[${i}]`, stim[i], "codes of at most 31 bits");
    codes[i] = code;
  }
  return codes;
}

/** Every change of value; a channel that ends above 0 is closed by a step just after its last sample. */
function stimSteps(stim: Int32Array): Step[] {
  const steps: Step[] = [];
  for (let i = 1; i < stim.length; i++)
    if (stim[i] !== stim[i - 1]) steps.push({ sample: i, before: stim[i - 1]!, after: stim[i]! });
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
  const indices = steps.map((_, i) => i);
  const onsets = indices.filter((i) => isOnset(steps[i]!));
  const offsets = indices.filter((i) => isOffset(steps[i]!));
  if (onsets.length === 0 || offsets.length === 0) return [];
  if (onsets[0]! > offsets[0]!) offsets.shift();
  if (offsets.length === 0) return [];
  if (onsets.at(-1)! > offsets.at(-1)!) onsets.pop();

  if (output === "onset") return onsets.map((i) => ({ ...steps[i]! }));
  if (output === "step")
    return [...new Set([...onsets, ...offsets])].sort((a, b) => a - b).map((i) => ({ ...steps[i]! }));
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

export interface PickEventsOptions {
  /** Codes to keep; then `exclude` is not looked at. */
  readonly include?: readonly number[] | undefined;
  /** Codes to leave out. */
  readonly exclude?: readonly number[] | undefined;
  /** Whether an event also counts by the code before it, for events of output "step". Default false. */
  readonly step?: boolean | undefined;
}

/** Keeps the events of some codes, or leaves them out, as MNE's `pick_events` does; with none left there are just none. */
export function pickEvents(events: Events, { include, exclude, step = false }: PickEventsOptions): Events {
  checkEvents(events);
  const among = (codes: readonly number[], i: number): boolean =>
    codes.includes(events.codes[i]!) || (step && codes.includes(events.previous[i]!));
  const keep = (_: number, i: number): boolean => (include ? among(include, i) : !(exclude && among(exclude, i)));
  const samples = events.samples.filter(keep);
  const { codes, previous } = events;
  return { nEvents: samples.length, samples, previous: previous.filter(keep), codes: codes.filter(keep) };
}

/** Gives the events of some codes a new one, also where those codes came before another event, as MNE's `merge_events`.
 * @param options.keep - also keep the events under their old codes (MNE's `replace_events=False`). Default false. */
export function mergeEvents(
  events: Events,
  codes: readonly number[],
  newCode: number,
  { keep = false }: { readonly keep?: boolean | undefined } = {},
): Events {
  checkEvents(events);
  if (!Number.isInteger(newCode)) throw new OptionError("newCode", newCode, "an integer");
  const rows: (readonly [number, number, number])[] = [];
  for (let i = 0; i < events.nEvents; i++) {
    const [sample, before, after] = [events.samples[i]!, events.previous[i]!, events.codes[i]!];
    const merged = (code: number): number => (codes.includes(code) ? newCode : code);
    rows.push([sample, merged(before), merged(after)]);
    if (keep && (codes.includes(before) || codes.includes(after))) rows.push([sample, before, after]);
  }
  if (keep) rows.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  return eventsFromRows(rows);
}

/** Events from rows of sample, code before, code. */
export function eventsFromRows(rows: readonly (readonly [number, number, number])[]): Events {
  return {
    nEvents: rows.length,
    samples: Int32Array.from(rows, (row) => row[0]),
    previous: Int32Array.from(rows, (row) => row[1]),
    codes: Int32Array.from(rows, (row) => row[2]),
  };
}

/** Lays events out as the stim channel that `findEvents` would find them in: the code at each one's sample, else 0.
 * @param options.nSamples - length of the channel. @param options.firstSample - number of its first sample. Default 0.
 * @throws {OptionError} when an event lies outside of it, or on a sample that another has with another code. */
export function stimFromEvents(
  events: Events,
  { nSamples, firstSample = 0 }: { readonly nSamples: number; readonly firstSample?: number | undefined },
): Int32Array {
  checkEvents(events);
  if (!(Number.isInteger(nSamples) && nSamples >= 0 && nSamples <= INT32_MAX))
    throw new OptionError("nSamples", nSamples, "an integer, 0 or above");
  const stim = new Int32Array(nSamples);
  for (let i = 0; i < events.nEvents; i++) {
    const at = events.samples[i]! - firstSample;
    if (!(at >= 0 && at < nSamples)) throw new OptionError(`events.samples[${i}]`, events.samples[i], "a sample of it");
    if (stim[at] !== 0 && stim[at] !== events.codes[i])
      throw new OptionError(
        `events.samples[${i}]`,
        events.samples[i],
        "one code a sample: merge or drop one of the two",
      );
    stim[at] = events.codes[i]!;
  }
  return stim;
}
