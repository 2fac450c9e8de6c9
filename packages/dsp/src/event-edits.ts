import { OptionError } from "./errors";
import { checkEvents, type Events, INT32_MAX } from "./events";

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
