import { EventsTooCloseError } from "./errors";
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
  readonly output?: "onset" | "offset" | "step";
  /** Whether a step from one code to another is an event: "increasing" (default) only upwards, true always, false only from 0. */
  readonly consecutive?: "increasing" | boolean;
  /** Steps that are followed by another within this time are dropped as spurious. Default 0. */
  readonly minDurationSeconds?: Seconds;
  /** Fewest samples from one event to the next. Default 1, for markers of a single sample; MNE's own default is 2. */
  readonly shortestEventSamples?: number;
  /** Whether a stim channel that does not start at 0 starts with an event. Default false. */
  readonly initialEvent?: boolean;
}

interface Step {
  sample: number;
  before: number;
  after: number;
}

/** Finds the events of a stim channel, as MNE 1.13's `find_events` does (`test/golden/events.json`), except that two of
 * its faults are not copied: dropping an orphaned last offset leaves no event instead of an IndexError, and output
 * "offset" pairs each offset with its own onset. Negative codes count by their magnitude.
 * @param recording - its `stim` and, for `minDurationSeconds`, its `sampleRateHz` are read.
 * @throws {EventsTooCloseError} when two events are less than `shortestEventSamples` apart. */
export function findEvents(
  recording: Pick<Recording, "stim"> & { readonly sampleRateHz?: Hertz },
  options: FindEventsOptions = {},
): Events {
  const { output = "onset", consecutive = "increasing", minDurationSeconds = 0, initialEvent = false } = options;
  const { shortestEventSamples = 1 } = options;
  const { stim, sampleRateHz = 1 } = recording;

  let steps = stimSteps(stim);
  const minSamples = minDurationSeconds * sampleRateHz;
  if (minSamples > 0) steps = mergeSteps(steps, Number.isInteger(minSamples) ? minSamples - 1 : Math.floor(minSamples));
  const initial = Math.abs(stim[0] ?? 0);
  if (initial !== 0 && initialEvent) steps.unshift({ sample: 0, before: 0, after: initial });

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
    samples: Int32Array.from(unique, (step) => step.sample),
    previous: Int32Array.from(unique, (step) => step.before),
    codes: Int32Array.from(unique, (step) => step.after),
  };
}

const sameStep = (a: Step, b: Step): boolean => a.sample === b.sample && a.before === b.before && a.after === b.after;

/** Every change of value; a channel that ends above 0 is closed by a step just after its last sample. */
function stimSteps(stim: Int32Array): Step[] {
  const steps: Step[] = [];
  for (let i = 1; i < stim.length; i++) {
    if (stim[i] === stim[i - 1]) continue;
    const before = Math.abs(stim[i - 1]!);
    const after = Math.abs(stim[i]!);
    if (before !== after) steps.push({ sample: i, before, after });
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
  return onsets.flatMap((onset) => {
    const offset = offsets.find((i) => i > onset);
    if (offset === undefined) return [];
    return [{ sample: steps[offset]!.sample - 1, before: steps[offset]!.after, after: steps[onset]!.after }];
  });
}
