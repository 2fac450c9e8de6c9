/** EDF, EDF+, BDF and BDF+ files to recordings. */
import { checkOptions } from "../check-object";
import type { Annotation } from "../recording";
import { asBytes, type Bytes, latin1, type Refuse, refuseAs, viewOf } from "./bytes";
import { typeByName, typeByWord } from "./channel-type";
import { type ChannelHeader, planChannels } from "./channels";
import { type EdfHeader, edfKind, type EdfSignal, rateOf, readEdfHeader } from "./edf-header";
import { codesOf, finish } from "./finish";
import type { Segment } from "./gaps";
import type { DecodedFile, DecodeOptions } from "./recording-file";

/** Reads an EDF, EDF+C, EDF+D, BDF or BDF+ file. Voltages become microvolts, annotations are kept, and events come from
 * a stim channel (in BDF the low 16 bits of Status) or else from the annotations. Pauses of EDF+D are refused or filled
 * as `gaps` says. A label "EEG Fz" is channel Fz. The pad that writers add to the last record under `BAD_ACQ_SKIP` is cut.
 * Agrees with MNE's and edfio's reading to 1e-9 of the largest value (`test/golden/files.json`).
 * @throws {FormatError} when the file is damaged, cut off, or not of this format.
 * @see https://www.edfplus.info/specs/edfplus.html */
export function decodeEdf(bytes: Bytes, options: DecodeOptions = {}): DecodedFile {
  checkOptions(options);
  const file = asBytes(bytes);
  const format = edfKind(file) === "bdf" ? "bdf" : "edf";
  const refuse = refuseAs(format.toUpperCase(), options.source);
  const header = readEdfHeader(file, refuse);
  const signals = header.signals.filter(
    ({ isAnnotations, samplesPerRecord }) => !isAnnotations && samplesPerRecord > 0,
  );
  if (signals.length === 0) return refuse("holds annotations only, no signal");
  if (header.nRecords === 0) return refuse("holds no data record: give a recording");
  if (!(header.recordSeconds > 0)) return refuse(`says a data record lasts ${header.recordSeconds} s`);

  const headers = signals.map((signal) => channelOf(signal, header));
  const plan = planChannels(headers, options, refuse);
  const nSamplesOf = (index: number): number => signals[index]!.samplesPerRecord * header.nRecords;
  const perRecord = signals[plan.eeg[0]!]!.samplesPerRecord;
  const read = readAnnotations(file, header, refuse);
  const segments = header.kind.endsWith("D") ? segmentsOf(read.onsets, perRecord, plan.sampleRateHz) : [];
  const whole = { annotations: read.annotations, nSamples: nSamplesOf(plan.eeg[0]!) };
  const { annotations, nSamples } = segments.length > 1 ? whole : cutPad(whole, perRecord, plan.sampleRateHz);

  return finish(
    {
      format,
      headers,
      plan,
      nSamples,
      annotations,
      segments,
      nSamplesOf: (index) => (signals[index]!.samplesPerRecord === perRecord ? nSamples : nSamplesOf(index)),
      fill: (index, into) => {
        const signal = signals[index]!;
        copyDigitalInto(into, file, header, signal);
        const { gain, offset } = calibration(signal, plan.types[index] === "eeg", refuse);
        for (let i = 0; i < into.length; i++) into[i] = into[i]! * gain + offset;
      },
      stim: (index) => {
        const signal = signals[index]!;
        if (signal.samplesPerRecord !== perRecord)
          return refuse(`has its stim channel ${signal.label} at another rate than the EEG: give stimChannel null`);
        const row = new Float64Array(nSamples);
        copyDigitalInto(row, file, header, signal);
        if (format === "bdf") return Int32Array.from(row, (value) => value & 0xffff); // the rest is the amplifier's state
        const { gain, offset } = calibration(signal, false, refuse);
        for (let i = 0; i < row.length; i++) {
          const value = row[i]! * gain + offset;
          const near = Math.round(value);
          row[i] = Math.abs(value - near) < 1e-6 * Math.max(1, Math.abs(near)) ? near : value;
        }
        return codesOf(row, signal.label, refuse);
      },
    },
    options,
    refuse,
  );
}

/** EDF+ labels say "EEG Fz", "EOG left": the type, then the name. */
function channelOf(signal: EdfSignal, header: EdfHeader): ChannelHeader {
  const { label, unit } = signal;
  const sampleRateHz = rateOf(signal, header);
  const word = /^(\S+) +(\S.*)$/.exec(label);
  const type = word ? typeByWord(word[1]!) : undefined;
  if (word && type === "eeg") return { name: word[2]!, unit, sampleRateHz, type };
  const byName = typeByName(label);
  return { name: label, unit, sampleRateHz, type: type ?? (byName === "eeg" ? undefined : byName) };
}

function calibration(signal: EdfSignal, isEeg: boolean, refuse: Refuse): { gain: number; offset: number } {
  const { label, physicalMin, physicalMax, digitalMin, digitalMax } = signal;
  const gain = (physicalMax - physicalMin) / (digitalMax - digitalMin);
  if (Number.isFinite(gain) && gain !== 0) return { gain, offset: physicalMin - digitalMin * gain };
  if (isEeg)
    refuse(
      `says ${label} goes from ${physicalMin} to ${physicalMax} over digits ${digitalMin} to ${digitalMax}: there is no scale in that`,
    );
  return { gain: 1, offset: 0 };
}

function copyDigitalInto(into: Float64Array, bytes: Uint8Array, header: EdfHeader, signal: EdfSignal): void {
  const { headerBytes, recordBytes, bytesPerSample } = header;
  const { samplesPerRecord, offset } = signal;
  const view = viewOf(bytes);
  for (let i = 0, at = headerBytes + offset; i < into.length; at += recordBytes) {
    const end = Math.min(into.length, i + samplesPerRecord);
    if (bytesPerSample === 2) for (let k = at; i < end; i++, k += 2) into[i] = view.getInt16(k, true);
    else
      for (let k = at; i < end; i++, k += 3)
        into[i] = ((bytes[k]! << 8) | (bytes[k + 1]! << 16) | (bytes[k + 2]! << 24)) >> 8;
  }
}

/** The annotations, counted from the first sample, and when each data record began. */
function readAnnotations(bytes: Uint8Array, header: EdfHeader, refuse: Refuse) {
  const { signals, headerBytes, recordBytes, nRecords, bytesPerSample, recordSeconds } = header;
  const channels = signals.filter(({ isAnnotations }) => isAnnotations);
  const onsets: number[] = [];
  const annotations: Annotation[] = [];
  for (let record = 0; record < nRecords; record++) {
    let onset: number | undefined;
    channels.forEach((signal, channel) => {
      const start = headerBytes + record * recordBytes + signal.offset;
      const block = bytes.subarray(start, start + signal.samplesPerRecord * bytesPerSample);
      for (const list of annotationLists(block, record, refuse)) {
        if (channel === 0 && onset === undefined) onset = list.onsetSeconds; // the first one keeps the time of the record
        for (const text of list.texts) annotations.push({ ...list.place, text });
      }
    });
    onsets.push(onset ?? record * recordSeconds);
  }
  const origin = onsets[0] ?? 0; // the file may begin within a second
  const shifted = annotations.map((one) => ({ ...one, onsetSeconds: one.onsetSeconds - origin }));
  return { annotations: origin === 0 ? annotations : shifted, onsets };
}

/** The time-stamped annotation lists of a record: `+1.5` 21 `0.2` 20 `text` 20 `text` 20 0. */
function* annotationLists(block: Uint8Array, record: number, refuse: Refuse) {
  for (let start = 0; start < block.length;) {
    if (block[start] === 0) {
      start++;
      continue;
    }
    let end = block.indexOf(0, start);
    if (end < 0) end = block.length;
    const [time = "", ...texts] = new TextDecoder().decode(block.subarray(start, end)).split("\u0014");
    const [onset = "", duration = "0", ...more] = time.split("\u0015");
    const match = more.length === 0 && /^[+-]\d+(\.\d*)?$/.test(onset) && /^\d+(\.\d*)?$/.test(duration);
    if (!match)
      return refuse(
        `holds no time but ${JSON.stringify(latin1(block, start, Math.min(end, start + 20)))} in the annotations of record ${record + 1}`,
      );
    const onsetSeconds = Number(onset);
    const place = { onsetSeconds, durationSeconds: Number(duration) };
    yield { onsetSeconds, place, texts: texts.filter((text) => text !== "") };
    start = end + 1;
  }
  return undefined;
}

/** Where a recording does not fill its last record, writers fill it up and say so from there to the end. */
function cutPad(
  whole: { readonly annotations: readonly Annotation[]; readonly nSamples: number },
  perRecord: number,
  sampleRateHz: number,
) {
  const { annotations, nSamples } = whole;
  const end = nSamples / sampleRateHz;
  const half = 0.5 / sampleRateHz;
  const pad = annotations.find(
    ({ text, onsetSeconds, durationSeconds }) =>
      text === "BAD_ACQ_SKIP" &&
      onsetSeconds > end - perRecord / sampleRateHz + half &&
      Math.abs(onsetSeconds + durationSeconds - end) < half + 1e-4,
  );
  if (!pad) return whole;
  return {
    annotations: annotations.filter((one) => one !== pad),
    nSamples: Math.max(1, Math.round(pad.onsetSeconds * sampleRateHz)),
  };
}

function segmentsOf(onsets: readonly number[], perRecord: number, sampleRateHz: number): Segment[] {
  const segments: { start: number; length: number; onsetSeconds: number }[] = [];
  onsets.forEach((onsetSeconds, record) => {
    const last = segments.at(-1);
    const expected = last && last.onsetSeconds + last.length / sampleRateHz;
    if (last && expected !== undefined && Math.abs(onsetSeconds - expected) < 0.5 / sampleRateHz)
      last.length += perRecord;
    else segments.push({ start: record * perRecord, length: perRecord, onsetSeconds });
  });
  return segments;
}
