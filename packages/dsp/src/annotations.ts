import { checkList } from "./check-list";
import { OptionError, SampleRateError } from "./errors";
import { eventsFromRows } from "./event-edits";
import { checkEvents, type Events } from "./events";
import type { Annotation } from "./recording";
import { roundHalfEven } from "./round";
import type { Hertz, Seconds } from "./units";

export interface AnnotationsFromEventsOptions {
  readonly sampleRateHz: Hertz;
  /** What each code is called; events of other codes are left out. A list of codes keeps their numbers as names. Default:
   * all codes, by their numbers. */
  readonly names?: Readonly<Record<number, string>> | readonly number[] | ((code: number) => string | null) | undefined;
  /** Number of the recording's first sample. Default 0. */
  readonly firstSample?: number | undefined;
  /** How long each annotation lasts. Default 0. */
  readonly durationSeconds?: Seconds | undefined;
}

/** Makes an annotation of each event, as MNE 1.13's `annotations_from_events` does (`test/golden/annotations.json`), in
 * the order of their onsets.
 * @throws {SampleRateError} {OptionError} when the rate or a duration cannot be. */
export function annotationsFromEvents(events: Events, options: AnnotationsFromEventsOptions): Annotation[] {
  const { sampleRateHz, names, firstSample = 0, durationSeconds = 0 } = options;
  checkEvents(events);
  checkRate(sampleRateHz);
  if (!(Number.isFinite(durationSeconds) && durationSeconds >= 0))
    throw new OptionError("durationSeconds", durationSeconds, "a number of seconds, 0 or above");
  const annotations: Annotation[] = [];
  for (let i = 0; i < events.nEvents; i++) {
    const text = nameOf(events.codes[i]!, names);
    if (text === null) continue;
    annotations.push({ onsetSeconds: (events.samples[i]! - firstSample) / sampleRateHz, durationSeconds, text });
  }
  return annotations.sort((a, b) => a.onsetSeconds - b.onsetSeconds);
}

function nameOf(code: number, names: AnnotationsFromEventsOptions["names"]): string | null {
  if (names === undefined) return String(code);
  if (typeof names === "function") return names(code);
  if (Array.isArray(names)) return names.includes(code) ? String(code) : null;
  return Object.hasOwn(names, code) ? (names as Readonly<Record<number, string>>)[code]! : null;
}

function checkRate(sampleRateHz: Hertz): void {
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz);
}

export interface EventsFromAnnotationsOptions {
  readonly sampleRateHz: Hertz;
  /** The code of each text; other texts give no event. Default: 1, 2, 3, … in the alphabetical order of the texts. */
  readonly codes?: Readonly<Record<string, number>> | ((text: string) => number | null) | undefined;
  /** Texts must match it; null: any text. Default: those that begin neither with "bad" nor with "edge". */
  readonly pattern?: RegExp | null | undefined;
  /** Whether an onset goes to the nearest sample, or to the one before it. Default "nearest", halves to even. */
  readonly rounding?: "nearest" | "down" | undefined;
  /** Give as many events of this distance as fit into each annotation, instead of one at its onset. */
  readonly chunkSeconds?: Seconds | null | undefined;
  /** By how much the last chunk may be too long. Default 1e-8. */
  readonly toleranceSeconds?: Seconds | undefined;
  /** Number of the recording's first sample. Default 0. */
  readonly firstSample?: number | undefined;
}

const NEITHER_BAD_NOR_EDGE = /^(?!bad|edge)/i;

/** Makes events of annotations, as MNE 1.13's `events_from_annotations` does (`test/golden/annotations.json`), in the order
 * of their samples. Where no text is left there are just no events.
 * @returns the events, and the code that each text was given.
 * @throws {SampleRateError} {OptionError} when the rate, an onset, a duration or a code cannot be. */
export function eventsFromAnnotations(
  annotations: readonly Annotation[],
  options: EventsFromAnnotationsOptions,
): { events: Events; codes: Record<string, number> } {
  const { sampleRateHz, pattern = NEITHER_BAD_NOR_EDGE, rounding = "nearest", firstSample = 0 } = options;
  const { chunkSeconds = null, toleranceSeconds = 1e-8 } = options;
  checkRate(sampleRateHz);
  if (rounding !== "nearest" && rounding !== "down") throw new OptionError("rounding", rounding, `"nearest" or "down"`);
  if (chunkSeconds !== null && !(Number.isFinite(chunkSeconds) && chunkSeconds * sampleRateHz >= 1))
    throw new OptionError("chunkSeconds", chunkSeconds, "at least one sample, or null");
  checkList("annotations", annotations, "annotations");
  for (const [i, annotation] of annotations.entries()) {
    const { onsetSeconds, durationSeconds, text } = annotation ?? {};
    if (
      !(
        typeof text === "string" &&
        Number.isFinite(onsetSeconds) &&
        Number.isFinite(durationSeconds) &&
        durationSeconds >= 0
      )
    )
      throw new OptionError(
        `annotations[${i}]`,
        `${onsetSeconds} s for ${durationSeconds} s`,
        "a text with finite times",
      );
  }

  const codes = codesOf(annotations, options.codes, pattern);
  const rows: [number, number, number][] = [];
  for (const { onsetSeconds, durationSeconds, text } of annotations) {
    const code = Object.hasOwn(codes, text) ? codes[text]! : undefined;
    if (code === undefined) continue;
    const onsets =
      chunkSeconds === null ? [onsetSeconds] : chunks(onsetSeconds, durationSeconds, chunkSeconds, toleranceSeconds);
    for (const onset of onsets) {
      const sample = onset * sampleRateHz;
      rows.push([(rounding === "nearest" ? roundHalfEven(sample) : Math.trunc(sample)) + firstSample, 0, code]);
    }
  }
  return { events: eventsFromRows(rows.sort((a, b) => a[0] - b[0])), codes };
}

function codesOf(
  annotations: readonly Annotation[],
  given: EventsFromAnnotationsOptions["codes"],
  pattern: RegExp | null,
): Record<string, number> {
  const matches = pattern && new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, "")); // those two keep a place
  const codes: Record<string, number> = Object.create(null) as Record<string, number>;
  let nCodes = 0;
  for (const text of [...new Set(annotations.map((annotation) => annotation.text))].sort()) {
    if (matches && !matches.test(text)) continue;
    const byName =
      given && typeof given !== "function" ? (Object.hasOwn(given, text) ? given[text]! : null) : undefined;
    const code = byName !== undefined ? byName : typeof given === "function" ? given(text) : ++nCodes;
    if (code === null || code === undefined) continue;
    if (!(Number.isInteger(code) && Math.abs(code) < 2 ** 31))
      throw new OptionError(`code of "${text}"`, code, "an integer of 32 bits");
    codes[text] = code;
  }
  return { ...codes };
}

/** Onsets of the chunks that fit; each is counted from the first, so that no rounding adds up. */
function chunks(onset: Seconds, duration: Seconds, chunk: Seconds, tolerance: Seconds): Seconds[] {
  const end = onset + duration;
  const step = onset + chunk - onset; // as numpy.arange takes it
  const onsets: Seconds[] = [];
  for (let i = 0; i < Math.ceil((end - onset) / chunk); i++) {
    const at = onset + i * step;
    if (end - at >= chunk - tolerance) onsets.push(at);
  }
  return onsets;
}
