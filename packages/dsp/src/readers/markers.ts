import { OptionError } from "../errors";
import type { Annotation } from "../recording";
import { roundHalfEven } from "../round";
import type { Hertz } from "../units";
import type { Refuse } from "./bytes";
import type { DecodeOptions } from "./recording-file";

/** The event code that a marker's text stands for; undefined when it stands for none.
 * @param eventCodes - code by text; with it, no other text has a code. */
export function eventCodeOf(
  text: string,
  eventCodes?: Readonly<Record<string, number>> | undefined,
): number | undefined {
  const bare = text.replace(/^(Stimulus|Comment)\//, "").trim();
  if (eventCodes !== undefined) {
    for (const word of [text, text.trim(), bare]) if (Object.hasOwn(eventCodes, word)) return eventCodes[word];
    return undefined;
  }
  const number = /^(?:[+-]?0*(\d{1,10})(?:\.0*)?|S *(\d{1,5}))$/.exec(bare);
  if (number) {
    const code = Number(number[1] ?? number[2]) * (bare.startsWith("-") ? -1 : 1);
    return Math.abs(code) < 2 ** 31 && code !== 0 ? code : undefined;
  }
  const word = bare.toLowerCase().replaceAll(/[\s_-]/g, "");
  return word === "target" ? 2 : word === "nontarget" ? 1 : undefined;
}

export function checkEventCodes(eventCodes: Readonly<Record<string, number>> | undefined): void {
  for (const [text, code] of Object.entries(eventCodes ?? {}))
    if (!Number.isInteger(code) || code === 0 || Math.abs(code) >= 2 ** 31)
      throw new OptionError(`eventCodes[${JSON.stringify(text)}]`, code, "a whole number other than 0, of 32 bits");
}

/** Puts the code of each marker onto its sample, rounding half to even as MNE does. Markers outside of the recording
 * stay annotations only.
 * @throws {FormatError} when two markers with different codes lie on one sample: one would be lost. */
export function stimFromMarkers(
  annotations: readonly Annotation[],
  options: {
    readonly nSamples: number;
    readonly sampleRateHz: Hertz;
    readonly eventCodes?: DecodeOptions["eventCodes"];
    readonly refuse: Refuse;
  },
): Int32Array {
  const { nSamples, sampleRateHz, eventCodes, refuse } = options;
  checkEventCodes(eventCodes);
  const stim = new Int32Array(nSamples);
  for (const { onsetSeconds, text } of annotations) {
    const code = eventCodeOf(text, eventCodes);
    const sample = roundHalfEven(onsetSeconds * sampleRateHz);
    if (code === undefined || !(sample >= 0 && sample < nSamples)) continue;
    if (stim[sample] !== 0 && stim[sample] !== code)
      refuse(
        `has markers of codes ${stim[sample]} and ${code} both on sample ${sample}: say by eventCodes which texts are events`,
      );
    stim[sample] = code;
  }
  return stim;
}

/** Events of a stim channel as markers, each on its first sample: what formats without a stim channel are given. Those
 * that the annotations hold already, with the same code on the same sample, are left out.
 * @param textOf - the marker's text for a code. */
export function markersOfStim(
  stim: Int32Array,
  options: {
    readonly annotations?: readonly Annotation[] | undefined;
    readonly sampleRateHz: Hertz;
    readonly textOf: (code: number) => string;
  },
): Annotation[] {
  const { annotations = [], sampleRateHz, textOf } = options;
  const known = new Set<string>();
  for (const { onsetSeconds, text } of annotations)
    known.add(`${roundHalfEven(onsetSeconds * sampleRateHz)} ${eventCodeOf(text)}`);
  const markers: Annotation[] = [];
  for (let i = 0; i < stim.length; i++) {
    const code = stim[i]!;
    if (code === 0 || code === stim[i - 1] || known.has(`${i} ${code}`)) continue;
    markers.push({ onsetSeconds: i / sampleRateHz, durationSeconds: 0, text: textOf(code) });
  }
  return markers;
}

export const byOnset = (a: Annotation, b: Annotation): number => a.onsetSeconds - b.onsetSeconds;
