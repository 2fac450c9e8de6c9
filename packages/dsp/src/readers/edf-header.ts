import type { Hertz, Seconds } from "../units";
import { latin1, type Refuse, utf8OrLatin1 } from "./bytes";

/** A signal as an EDF or BDF header describes it. */
export interface EdfSignal {
  readonly label: string;
  readonly unit: string;
  readonly physicalMin: number;
  readonly physicalMax: number;
  readonly digitalMin: number;
  readonly digitalMax: number;
  readonly samplesPerRecord: number;
  /** Where its samples begin in a data record, in bytes. */
  readonly offset: number;
  /** Holds text, not samples. */
  readonly isAnnotations: boolean;
}

export interface EdfHeader {
  readonly bytesPerSample: 2 | 3;
  /** "EDF+C", "EDF+D", "BDF+C", "BDF+D", or "" for plain files. */
  readonly kind: string;
  readonly headerBytes: number;
  readonly nRecords: number;
  readonly recordSeconds: Seconds;
  readonly recordBytes: number;
  readonly signals: readonly EdfSignal[];
}

export const rateOf = (signal: EdfSignal, header: EdfHeader): Hertz => signal.samplesPerRecord / header.recordSeconds;

/** Whether bytes begin as an EDF or a BDF file does. */
export function edfKind(bytes: Uint8Array): "edf" | "bdf" | undefined {
  if (bytes.length < 8) return undefined;
  const magic = latin1(bytes, 0, 8);
  return magic === "0       " ? "edf" : magic === "\u00FFBIOSEMI" ? "bdf" : undefined;
}

/** Reads and checks a header against the file's true length: what it claims is never believed before.
 * @see B. Kemp, J. Olivan, Clinical Neurophysiology 114(9), 2003, and edfplus.info; BDF is the same with 24 bits. */
export function readEdfHeader(bytes: Uint8Array, refuse: Refuse): EdfHeader {
  const kindOfFile = edfKind(bytes);
  if (!kindOfFile) return refuse("does not begin as EDF (a 0 and seven spaces) or BDF (255, BIOSEMI) does");
  if (bytes.length < 256) return refuse(`ends within its header, ${bytes.length} bytes long: copy it again`);
  const field = (from: number, length: number): string =>
    latin1(bytes, from, from + length)
      .replaceAll("\0", " ")
      .trim();
  const number = (from: number, length: number, what: string): number => {
    const text = field(from, length);
    const value = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : refuse(`says ${JSON.stringify(text)} for ${what}: it must be a number`);
  };
  const whole = (from: number, length: number, what: string, min: number): number => {
    const value = number(from, length, what);
    return Number.isInteger(value) && value >= min
      ? value
      : refuse(`says ${value} for ${what}: it must be a whole number from ${min}`);
  };
  const headerBytes = whole(184, 8, "the header's length", 256);
  const claimed = whole(236, 8, "the number of data records", -1);
  const recordSeconds = number(244, 8, "the seconds of a data record");
  const n = whole(252, 4, "the number of signals", 1);
  if (headerBytes !== 256 * (n + 1))
    refuse(`says its header has ${headerBytes} bytes, but ${n} signals make ${256 * (n + 1)}: it is damaged`);
  if (bytes.length < headerBytes) refuse(`ends within its header, at ${bytes.length} of ${headerBytes} bytes`);

  const bytesPerSample = kindOfFile === "edf" ? 2 : 3;
  const signals: EdfSignal[] = [];
  let offset = 0;
  for (let i = 0; i < n; i++) {
    // the header holds each field of all signals side by side
    const at = (before: number, length: number): number => 256 + before * n + i * length;
    const label = utf8OrLatin1(bytes.subarray(at(0, 16), at(0, 16) + 16))
      .replaceAll("\0", " ")
      .trim();
    const called = `of signal ${i + 1} (${label})`;
    const isAnnotations = /^[EB]DF Annotations$/.test(label);
    const samplesPerRecord = whole(at(216, 8), 8, `the samples a record ${called}`, 0);
    signals.push({
      label,
      isAnnotations,
      unit: utf8OrLatin1(bytes.subarray(at(96, 8), at(96, 8) + 8))
        .replaceAll("\0", " ")
        .trim(),
      physicalMin: number(at(104, 8), 8, `the physical minimum ${called}`),
      physicalMax: number(at(112, 8), 8, `the physical maximum ${called}`),
      digitalMin: whole(at(120, 8), 8, `the digital minimum ${called}`, -8_388_608),
      digitalMax: whole(at(128, 8), 8, `the digital maximum ${called}`, -8_388_608),
      samplesPerRecord,
      offset,
    });
    offset += samplesPerRecord * bytesPerSample;
  }
  if (offset === 0) refuse("has data records without a sample");
  const here = Math.floor((bytes.length - headerBytes) / offset);
  if (claimed > here) refuse(`says it has ${claimed} data records, but holds ${here}: it is cut off, copy it again`);
  if (claimed >= 0 && claimed < here)
    refuse(`says it has ${claimed} data records, but holds ${here}: its header was never finished`);
  return {
    bytesPerSample,
    kind: /^[EB]DF\+[CD]/.exec(field(192, 44))?.[0] ?? "",
    headerBytes,
    nRecords: here, // -1 stands in the header while it is being recorded
    recordSeconds,
    recordBytes: offset,
    signals,
  };
}
