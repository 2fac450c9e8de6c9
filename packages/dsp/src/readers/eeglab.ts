/** EEGLAB datasets (.set, with or without .fdt) to recordings. */
import { checkOptions } from "../check-object";
import type { Annotation } from "../recording";
import type { Hertz } from "../units";
import { asBytes, type Bytes, type Refuse, refuseAs, viewOf } from "./bytes";
import { typeByWord } from "./channel-type";
import { type ChannelHeader, planChannels } from "./channels";
import { findCompanion } from "./companions";
import { codesOf, finish } from "./finish";
import { readMat } from "./mat";
import { type MatValue, type MatVariables, scalarOf, textOf } from "./mat-value";
import { byOnset } from "./markers";
import type { DecodedFile, DecodeOptions } from "./recording-file";

export interface DecodeEeglabOptions extends DecodeOptions {
  /** The .fdt file that a .set of two files names, by its name. */
  readonly companions?: Readonly<Record<string, Bytes>> | undefined;
}

/** Reads a continuous EEGLAB dataset: one file, or a .set with its .fdt among the companions. Events become annotations,
 * named by their type; "boundary" ones too. Agrees with MNE's reading (`test/golden/files.json`).
 * @throws {FormatError} when it is damaged, of epochs, or its .fdt is missing. */
export async function decodeEeglab(bytes: Bytes, options: DecodeEeglabOptions = {}): Promise<DecodedFile> {
  checkOptions(options);
  const refuse = refuseAs("EEGLAB", options.source);
  const fields = eeglabFields(await readMat(asBytes(bytes), refuse));
  return fields ? recordingOf(fields, options, refuse) : refuse("holds no EEG dataset: neither EEG nor its fields");
}

/** The dataset's fields: under a variable EEG, or, as newer versions save them, side by side. */
export function eeglabFields(variables: MatVariables): MatVariables | undefined {
  const eeg = variables.get("EEG");
  if (eeg?.kind === "struct" && eeg.elements.length === 1) return eeg.elements[0];
  return variables.has("data") && variables.has("srate") && variables.has("nbchan") ? variables : undefined;
}

export function recordingOf(fields: MatVariables, options: DecodeEeglabOptions, refuse: Refuse): DecodedFile {
  const whole = (key: string): number => {
    const value = scalarOf(fields.get(key));
    return value !== undefined && Number.isInteger(value) && value >= 1 ? value : refuse(`says ${key} is ${value}`);
  };
  const [nChannels, nSamples] = [whole("nbchan"), whole("pnts")];
  const nTrials = fields.has("trials") ? whole("trials") : 1;
  if (nTrials > 1) return refuse(`holds ${nTrials} epochs: save the continuous recording, and cut it here`);
  const sampleRateHz = options.sampleRateHz ?? scalarOf(fields.get("srate")) ?? refuse("says no srate");
  const sample = samplesOf(fields, { nChannels, nSamples }, options, refuse);
  const headers = headersOf(fields.get("chanlocs"), nChannels, sampleRateHz);
  const plan = planChannels(headers, options, refuse);
  const fill = (index: number, into: Float64Array): void => {
    for (let i = 0; i < into.length; i++) into[i] = sample(index, i);
  };
  return finish(
    {
      format: "eeglab",
      headers,
      plan,
      nSamples,
      annotations: annotationsOf(fields.get("event"), sampleRateHz).sort(byOnset),
      fill,
      stim: (index) => {
        const row = new Float64Array(nSamples);
        fill(index, row);
        return codesOf(row, plan.names[index]!, refuse);
      },
    },
    options,
    refuse,
  );
}

/** Where the samples lie: in the file, channels by samples, or in another, as float32. */
function samplesOf(
  fields: MatVariables,
  { nChannels, nSamples }: { nChannels: number; nSamples: number },
  options: DecodeEeglabOptions,
  refuse: Refuse,
): (channel: number, i: number) => number {
  const data = fields.get("data");
  const n = nChannels * nSamples;
  if (data?.kind === "numeric") {
    const { data: values, dims } = data;
    if (values.length !== n || dims[0] !== nChannels)
      return refuse(`holds data of ${dims.join(" x ")}, where ${nChannels} x ${nSamples} were said`);
    return (channel, i) => values[i * nChannels + channel]!;
  }
  const name = textOf(fields.get("datfile")) || textOf(data);
  if (!name) return refuse("holds neither samples nor the name of a file with them");
  const stem = (options.source ?? "").replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  const companions = options.companions ?? {};
  // a dataset that was renamed still names its old file
  const found =
    findCompanion(companions, name) ?? findCompanion(companions, `${stem}${name.slice(name.lastIndexOf("."))}`);
  if (found === undefined) return refuse(`its data file ${name} is missing: give it among the companions`);
  const file = asBytes(found, name);
  if (file.length !== n * 4)
    return refuse(
      `its data file ${name} has ${file.length} bytes, where ${nChannels} x ${nSamples} samples take ${n * 4}`,
    );
  const view = viewOf(file);
  return name.toLowerCase().endsWith(".dat")
    ? (channel, i) => view.getFloat32((channel * nSamples + i) * 4, true)
    : (channel, i) => view.getFloat32((i * nChannels + channel) * 4, true);
}

function headersOf(chanlocs: MatValue | undefined, nChannels: number, sampleRateHz: Hertz): ChannelHeader[] {
  const places = chanlocs?.kind === "struct" && chanlocs.elements.length === nChannels ? chanlocs.elements : [];
  return Array.from({ length: nChannels }, (_, c) => ({
    name: textOf(places[c]?.get("labels")) || `ch${c + 1}`,
    unit: "",
    type: typeByWord(textOf(places[c]?.get("type")) ?? ""),
    sampleRateHz,
  }));
}

/** Latencies count samples from 1, and may lie between two. */
function annotationsOf(events: MatValue | undefined, sampleRateHz: Hertz): Annotation[] {
  if (events?.kind !== "struct") return [];
  return events.elements.flatMap((event) => {
    const latency = scalarOf(event.get("latency"));
    if (latency === undefined || !Number.isFinite(latency)) return []; // EEGLAB passes over them too
    const type = event.get("type");
    const number = scalarOf(type);
    const duration = scalarOf(event.get("duration")) ?? 0;
    return [
      {
        onsetSeconds: (latency - 1) / sampleRateHz,
        durationSeconds: duration > 0 && duration < Infinity ? duration / sampleRateHz : 0,
        text: number === undefined ? (textOf(type) ?? "") : String(number),
      },
    ];
  });
}
