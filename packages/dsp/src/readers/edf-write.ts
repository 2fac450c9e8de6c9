/** Recordings to EDF+ and BDF+ files. */
import { checkOptions } from "../check-object";
import { FormatError, OptionError } from "../errors";
import { type Annotation, checkFinite, checkRecording, type Recording } from "../recording";
import type { Hertz } from "../units";

export interface EncodeEdfOptions {
  /** "edf": 16 bits a sample (default); "bdf": 24 bits. */
  readonly format?: "edf" | "bdf" | undefined;
  /** When the recording began. Default 1 January 1985, which EDF+ files without a date bear. */
  readonly startDate?: Date | undefined;
  /** Default "X", for anonymous. Up to 80 printable ASCII characters. */
  readonly patient?: string | undefined;
}

/** Writes an EDF+C or BDF+C file: each channel over its own range, so that a sample comes back within half a digital
 * step (a 65,535th or a 16,777,215th of the range); the stim channel as a signal of its own (`Trigger`, in BDF
 * `Status`); annotations as such. What does not fill the last data record is filled up and marked `BAD_ACQ_SKIP`, as
 * MNE does, and `decodeEdf` cuts it off again. MNE reads the files (`tools/golden/dsp_written.py`).
 * @throws {NotFiniteError} when a sample is NaN or infinite: the format has no such number.
 * @throws {FormatError} when a name, a rate, a code or the length does not fit the format. */
export function encodeEdf(recording: Recording, options: EncodeEdfOptions = {}): Uint8Array {
  checkOptions(options);
  const { format = "edf", startDate, patient = "X" } = options;
  if (format !== "edf" && format !== "bdf") throw new OptionError("format", format, '"edf" or "bdf"');
  checkRecording(recording);
  checkFinite(recording);
  const refuse = (reason: string): never => {
    throw new FormatError(format.toUpperCase(), recording.source, reason);
  };
  if (recording.nSamples === 0) return refuse("a recording without samples cannot be written");
  if (startDate !== undefined && !(startDate instanceof Date && !Number.isNaN(startDate.getTime())))
    throw new OptionError("startDate", startDate, "a date");
  if (typeof patient !== "string" || !/^[ -~]{1,80}$/.test(patient))
    throw new OptionError("patient", patient, "1 to 80 printable ASCII characters");

  const record = recordOf(recording.sampleRateHz, recording.channelNames.length, refuse);
  const signals = signalsOf(recording, format, refuse);
  const nRecords = Math.ceil(recording.nSamples / record.nSamples);
  if (nRecords > 99_999_999) refuse(`${nRecords} data records are more than the header can count`);
  const annotations = withPad(recording, nRecords * record.nSamples);
  const text = annotationBlocks(annotations, nRecords, record);
  const bytesPerSample = format === "edf" ? 2 : 3;
  const textSamples = Math.ceil(text.longest / bytesPerSample);

  const header = headerOf({ format, startDate, patient, signals, nRecords, record, textSamples });
  const samplesBytes = signals.length * record.nSamples * bytesPerSample;
  const recordBytes = samplesBytes + textSamples * bytesPerSample;
  const out = new Uint8Array(header.length + nRecords * recordBytes);
  out.set(header);
  signals.forEach((signal, i) => {
    const offset = header.length + i * record.nSamples * bytesPerSample;
    writeDigitalInto(out, signal, { offset, recordBytes, nRecords, perRecord: record.nSamples, bytesPerSample });
  });
  text.blocks.forEach((block, r) => out.set(block, header.length + r * recordBytes + samplesBytes));
  return out;
}

interface OutSignal {
  readonly label: string;
  readonly unit: string;
  readonly physicalMin: string;
  readonly physicalMax: string;
  readonly digitalMin: number;
  readonly digitalMax: number;
  readonly row: Float64Array | Int32Array;
}

interface DataRecord {
  readonly nSamples: number;
  /** As the header says it, in at most 8 characters. */
  readonly seconds: string;
}

/** A data record near a second long whose length in seconds can be said exactly, or as nearly as 8 characters allow. */
function recordOf(sampleRateHz: Hertz, nChannels: number, refuse: (reason: string) => never): DataRecord {
  let best: (DataRecord & { error: number }) | undefined;
  const most = Math.max(1, Math.ceil(sampleRateHz * 60));
  const around = Math.max(1, Math.round(sampleRateHz));
  // first a second, then longer: a rate like 128.5 Hz is exact over two seconds
  const candidates = Array.from({ length: 60 }, (_, i) => Math.round(sampleRateHz * (i + 1)));
  for (const nSamples of [around, ...candidates]) {
    if (nSamples < 1 || nSamples > most || nSamples * nChannels > 5_000_000) continue;
    const seconds = eightCharacters(nSamples / sampleRateHz, "nearest");
    if (seconds === undefined || !(Number(seconds) > 0)) continue;
    const error = Math.abs(nSamples / Number(seconds) / sampleRateHz - 1);
    if (!best || error < best.error) best = { nSamples, seconds, error };
    if (error === 0) break;
  }
  if (!best || best.error > 1e-6) return refuse(`a rate of ${sampleRateHz} Hz cannot be said in a header`);
  return best;
}

/** A number in at most 8 characters, rounded as asked; undefined when it has too many digits before the point. */
function eightCharacters(value: number, direction: "nearest" | "down" | "up"): string | undefined {
  for (let decimals = 7; decimals >= 0; decimals--) {
    const unit = 10 ** decimals;
    const nearest = Number(value.toFixed(decimals));
    const rounded =
      direction === "down" && nearest > value
        ? (Math.round(nearest * unit) - 1) / unit
        : direction === "up" && nearest < value
          ? (Math.round(nearest * unit) + 1) / unit
          : nearest;
    const fixed = rounded.toFixed(decimals);
    const text = decimals === 0 ? fixed : fixed.replace(/\.?0+$/, "");
    if (text.length <= 8) return text === "-0" ? "0" : text;
  }
  return undefined;
}

function signalsOf(recording: Recording, format: "edf" | "bdf", refuse: (reason: string) => never): OutSignal[] {
  const { data, nSamples, channelNames, stim } = recording;
  const digitalMax = format === "edf" ? 32_767 : 8_388_607;
  const digitalMin = -digitalMax - 1;
  const signals: OutSignal[] = channelNames.map((label, i) => {
    if (!/^[ -~]{1,16}$/.test(label))
      refuse(`channel name ${JSON.stringify(label)} is not 1 to 16 ASCII characters: rename it`);
    const row = data.subarray(i * nSamples, (i + 1) * nSamples);
    let low = Infinity;
    let high = -Infinity;
    for (const value of row) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    // a constant channel still needs a range: one digital step up is as good as any
    const margin = high > low ? 0 : Math.max(1, Math.abs(high) * 1e-3);
    const physicalMin = eightCharacters(low - margin, "down");
    const physicalMax = eightCharacters(high + margin, "up");
    if (physicalMin === undefined || physicalMax === undefined)
      return refuse(`channel ${label} reaches ${low} to ${high} µV, which no header can say`);
    return { label, unit: "uV", physicalMin, physicalMax, digitalMin, digitalMax, row };
  });
  if (!stim.some((code) => code !== 0)) return signals;
  const [from, to] = format === "edf" ? [-32_768, 32_767] : [0, 65_535];
  const wrong = stim.find((code) => code < from || code > to);
  if (wrong !== undefined) refuse(`event code ${wrong} is not from ${from} to ${to}`);
  return [
    ...signals,
    {
      label: format === "edf" ? "Trigger" : "Status",
      unit: format === "edf" ? "" : "Boolean",
      physicalMin: String(digitalMin),
      physicalMax: String(digitalMax),
      digitalMin,
      digitalMax,
      row: stim,
    },
  ];
}

function withPad({ annotations = [], nSamples, sampleRateHz }: Recording, nFilled: number): readonly Annotation[] {
  for (const { onsetSeconds, durationSeconds } of annotations)
    if (!Number.isFinite(onsetSeconds) || !(durationSeconds >= 0 && durationSeconds < Infinity))
      throw new OptionError("annotation", `at ${onsetSeconds} s for ${durationSeconds} s`, "finite times");
  if (nFilled === nSamples) return annotations;
  const durationSeconds = (nFilled - nSamples) / sampleRateHz;
  return [...annotations, { onsetSeconds: nSamples / sampleRateHz, durationSeconds, text: "BAD_ACQ_SKIP" }];
}

/** Time stamps of at most a tenth of a microsecond, without an exponent. */
const stamp = (seconds: number): string => seconds.toFixed(7).replace(/\.?0+$/, "");

/** The format's own separators cannot stand in a text. */
const withoutSeparators = (text: string): string =>
  text.replaceAll("\0", " ").replaceAll("\u0014", " ").replaceAll("\u0015", " ");

/** The text of each data record: when it began, then its annotations; those outside go to the first or the last. */
function annotationBlocks(annotations: readonly Annotation[], nRecords: number, record: DataRecord) {
  const seconds = Number(record.seconds);
  const texts: string[] = Array.from({ length: nRecords }, (_, r) => `+${stamp(r * seconds)}\u0014\u0014\0`);
  for (const { onsetSeconds, durationSeconds, text } of annotations) {
    const r = Math.min(nRecords - 1, Math.max(0, Math.floor(onsetSeconds / seconds)));
    const onset = `${onsetSeconds < 0 ? "" : "+"}${stamp(onsetSeconds)}`;
    const duration = durationSeconds > 0 ? `\u0015${stamp(durationSeconds)}` : "";
    texts[r] += `${onset}${duration}\u0014${withoutSeparators(text)}\u0014\0`;
  }
  const blocks = texts.map((text) => new TextEncoder().encode(text));
  return { blocks, longest: blocks.reduce((n, { length }) => Math.max(n, length), 0) };
}

function headerOf(parts: {
  readonly format: "edf" | "bdf";
  readonly startDate: Date | undefined;
  readonly patient: string;
  readonly signals: readonly OutSignal[];
  readonly nRecords: number;
  readonly record: DataRecord;
  readonly textSamples: number;
}): Uint8Array {
  const { format, startDate, patient, signals, nRecords, record, textSamples } = parts;
  const date = startDate ?? new Date(Date.UTC(1985, 0, 1));
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${two(date.getUTCFullYear() % 100)}`;
  const time = `${two(date.getUTCHours())}.${two(date.getUTCMinutes())}.${two(date.getUTCSeconds())}`;
  const month = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ")[date.getUTCMonth()]!;
  const started = startDate ? `${two(date.getUTCDate())}-${month}-${date.getUTCFullYear()}` : "X";
  const text: OutSignal = {
    label: format === "edf" ? "EDF Annotations" : "BDF Annotations",
    unit: "",
    physicalMin: "-1",
    physicalMax: "1",
    digitalMin: signals[0]!.digitalMin,
    digitalMax: signals[0]!.digitalMax,
    row: new Int32Array(0),
  };
  const all = [...signals, text];
  const column = (width: number, of: (signal: OutSignal) => string | number): string =>
    all.map((signal) => String(of(signal)).padEnd(width)).join("");
  const ascii =
    (format === "edf" ? "0".padEnd(8) : "\u00FFBIOSEMI") +
    (patient === "X" ? "X X X X" : patient).padEnd(80) +
    `Startdate ${started} X X X`.padEnd(80) +
    day +
    time +
    String(256 * (all.length + 1)).padEnd(8) +
    `${format.toUpperCase()}+C`.padEnd(44) +
    String(nRecords).padEnd(8) +
    record.seconds.padEnd(8) +
    String(all.length).padEnd(4) +
    column(16, ({ label }) => label) +
    column(80, () => "") +
    column(8, ({ unit }) => unit) +
    column(8, ({ physicalMin }) => physicalMin) +
    column(8, ({ physicalMax }) => physicalMax) +
    column(8, ({ digitalMin }) => digitalMin) +
    column(8, ({ digitalMax }) => digitalMax) +
    column(80, () => "") +
    column(8, (signal) => (signal === text ? textSamples : record.nSamples)) +
    column(32, () => "");
  return Uint8Array.from(ascii, (character) => character.charCodeAt(0));
}

interface Place {
  readonly offset: number;
  readonly recordBytes: number;
  readonly nRecords: number;
  readonly perRecord: number;
  readonly bytesPerSample: 2 | 3;
}

/** Writes a row, its last value repeated to the end of the last record. */
function writeDigitalInto(out: Uint8Array, signal: OutSignal, place: Place): void {
  const { row, digitalMin, digitalMax } = signal;
  const { offset, recordBytes, nRecords, perRecord, bytesPerSample } = place;
  const physicalMin = Number(signal.physicalMin);
  const stepsPerUnit = (digitalMax - digitalMin) / (Number(signal.physicalMax) - physicalMin);
  const isStim = row instanceof Int32Array;
  for (let r = 0, i = 0; r < nRecords; r++) {
    let at = offset + r * recordBytes;
    for (let k = 0; k < perRecord; k++, i++) {
      const value = i < row.length ? row[i]! : isStim ? 0 : row[row.length - 1]!;
      const steps = Math.round((value - physicalMin) * stepsPerUnit) + digitalMin;
      const digital = Math.min(digitalMax, Math.max(digitalMin, steps));
      out[at++] = digital;
      out[at++] = digital >> 8;
      if (bytesPerSample === 3) out[at++] = digital >> 16;
    }
  }
}
