/** Recordings in MATLAB's .mat files: those of the Brain Invaders experiments, and plain matrices with a rate. */
import { checkOptions } from "../check-object";
import { asBytes, type Bytes, type Refuse, refuseAs } from "./bytes";
import { type ChannelHeader, listed, planChannels } from "./channels";
import { eeglabFields, recordingOf } from "./eeglab";
import { codesOf, finish } from "./finish";
import { readMat } from "./mat";
import { matrixOf, type MatValue, type MatVariables, scalarOf, textOf } from "./mat-value";
import type { DecodedFile, DecodeOptions } from "./recording-file";

/** The 16 electrodes of Brain Invaders 2014a, in the order of its columns, at 512 Hz. */
export const BI2014A_CHANNELS: readonly string[] = "Fp1 Fp2 F3 AFz F4 T7 Cz T8 P7 P3 Pz P4 P8 O1 Oz O2".split(" ");
export const BI2014A_HZ = 512;

export interface DecodeMatlabOptions extends DecodeOptions {
  /** Names of the matrix's channels, when the file has none. */
  readonly channelNames?: readonly string[] | undefined;
}

/** Reads a recording out of a MAT-file (version 5, 6 or 7):
 * - Brain Invaders 2014a (Zenodo 3266223): a matrix `samples`, a row a sample: time, 16 electrodes in microvolts, …, and
 *   last the stim channel, 1 NonTarget and 2 Target; 512 Hz. The layout is that of MOABB's reader.
 * - an EEGLAB dataset;
 * - one matrix, with `srate`, `fs`, `sfreq` or `sampling_rate_hz` beside it, and maybe `channels` (or `ch_names`,
 *   `labels`: a cell of names) and `stim`. Microvolts.
 * @throws {FormatError} when it is damaged or holds none of these. */
export async function decodeMatlab(bytes: Bytes, options: DecodeMatlabOptions = {}): Promise<DecodedFile> {
  checkOptions(options);
  const refuse = refuseAs("MATLAB", options.source);
  const variables = await readMat(asBytes(bytes), refuse);
  const eeglab = eeglabFields(variables);
  if (eeglab) return { ...recordingOf(eeglab, options, refuse), format: "matlab" };
  const samples = matrixOf(variables.get("samples"));
  if (samples && samples.nColumns >= 18 && samples.nRows > 0) return brainInvaders(samples, options, refuse);
  return plainMatrix(variables, options, refuse);
}

interface Matrix {
  readonly data: Float64Array;
  readonly nRows: number;
  readonly nColumns: number;
}

function brainInvaders(matrix: Matrix, options: DecodeOptions, refuse: Refuse): DecodedFile {
  const { data, nRows, nColumns } = matrix;
  const sampleRateHz = options.sampleRateHz ?? BI2014A_HZ;
  const headers = [
    ...BI2014A_CHANNELS.map((name): ChannelHeader => ({ name, unit: "uV", type: "eeg", sampleRateHz })),
    { name: "STI 014", unit: "", type: "stim", sampleRateHz } as const,
  ];
  const column = (index: number): number => (index === BI2014A_CHANNELS.length ? nColumns - 1 : index + 1);
  return build(
    headers,
    { nSamples: nRows, row: (index) => data.subarray(column(index) * nRows, (column(index) + 1) * nRows) },
    options,
    refuse,
  );
}

const RATES = ["srate", "fs", "Fs", "sfreq", "sampling_rate_hz", "sampling_rate", "sample_rate", "SampleRate"];
const NAMES = ["channels", "ch_names", "chnames", "channel_names", "labels", "chanlabels"];

function plainMatrix(variables: MatVariables, options: DecodeMatlabOptions, refuse: Refuse): DecodedFile {
  const rate =
    options.sampleRateHz ?? RATES.map((key) => scalarOf(variables.get(key))).find((value) => value !== undefined);
  const stim = variables.get("stim");
  const matrices = [...variables].filter(([key, value]) => {
    const matrix = matrixOf(value);
    return key !== "stim" && matrix !== undefined && matrix.nRows > 1 && matrix.nColumns > 1;
  });
  const all = listed([...variables.keys()]);
  if (matrices.length !== 1)
    return refuse(`holds ${matrices.length} matrices among its variables (${all}), where one recording was looked for`);
  if (rate === undefined)
    return refuse(`holds no rate among its variables (${all}): put srate beside the matrix, or give sampleRateHz`);
  const { data, nRows, nColumns } = matrixOf(matrices[0]![1])!;
  const names =
    options.channelNames ?? NAMES.map((key) => namesIn(variables.get(key))).find((found) => found !== undefined);
  // names tell which way the matrix lies; without them samples are more than channels
  const byRow = names ? names.length === nColumns : nRows > nColumns;
  const nChannels = byRow ? nColumns : nRows;
  const nSamples = byRow ? nRows : nColumns;
  if (names && names.length !== nChannels)
    return refuse(`names ${names.length} channels, but its matrix is ${nRows} x ${nColumns}`);
  const codes = stim?.kind === "numeric" ? stim.data : undefined;
  if (codes && codes.length !== nSamples) return refuse(`has ${codes.length} stim codes for ${nSamples} samples`);
  const headers: ChannelHeader[] = Array.from({ length: nChannels }, (_, c) => ({
    name: names?.[c] ?? `ch${c + 1}`,
    unit: "",
    sampleRateHz: rate,
  }));
  if (codes) headers.push({ name: "stim", unit: "", type: "stim", sampleRateHz: rate });
  const row = (index: number): Float64Array => {
    if (index === nChannels) return codes!;
    if (byRow) return data.subarray(index * nRows, (index + 1) * nRows);
    return Float64Array.from({ length: nSamples }, (_, i) => data[i * nChannels + index]!);
  };
  return build(headers, { nSamples, row }, options, refuse);
}

function build(
  headers: readonly ChannelHeader[],
  { nSamples, row }: { nSamples: number; row: (index: number) => Float64Array },
  options: DecodeOptions,
  refuse: Refuse,
): DecodedFile {
  const plan = planChannels(headers, options, refuse);
  return finish(
    {
      format: "matlab",
      headers,
      plan,
      nSamples,
      annotations: [],
      fill: (index, into) => into.set(row(index)),
      stim: (index) => codesOf(row(index), plan.names[index]!, refuse),
    },
    options,
    refuse,
  );
}

/** A cell of texts, or a matrix of characters with a name a row. */
function namesIn(value: MatValue | undefined): string[] | undefined {
  if (value?.kind === "char") return value.text.split("\n").map((name) => name.trim());
  if (value?.kind !== "cell") return undefined;
  const names = value.cells.map(textOf);
  return names.every((name) => name !== undefined) ? (names as string[]) : undefined;
}
