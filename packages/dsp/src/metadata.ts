import { ColumnError, MetadataError, SampleRateError } from "./errors";
import type { Annotation } from "./recording";
import type { Hertz } from "./units";

/** What metadata.json, or a Parquet file's key-value metadata, says about a recording. */
export interface RecordingMetadata {
  readonly sampleRateHz?: Hertz | undefined;
  /** All channels, in the order of the columns `eeg_ch1`, `eeg_ch2`, … when the columns are so named. */
  readonly channels?: readonly string[] | undefined;
  /** Those of them that are EEG; all when absent. */
  readonly eegChannels?: readonly string[] | undefined;
  readonly stimCodes?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
}

/** Checks a parsed metadata.json. Keys that are not known are left alone.
 * @param where - the file's path, for messages.
 * @throws {MetadataError} {SampleRateError} naming the key. */
export function parseMetadata(json: unknown, where: string): RecordingMetadata {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new MetadataError(where, "is not a JSON object: see the README for its form");
  const { sampling_rate_hz, channels, eeg_channels, stim_codes, annotations } = json as Record<string, unknown>;
  if (sampling_rate_hz !== undefined) checkRate(sampling_rate_hz, where);
  return {
    sampleRateHz: sampling_rate_hz as Hertz | undefined,
    channels: names(channels, "channels", where),
    eegChannels: names(eeg_channels, "eeg_channels", where),
    stimCodes: codes(stim_codes, where),
    annotations: annotationsOf(annotations, where),
  };
}

function checkRate(rate: unknown, where: string): void {
  if (!(typeof rate === "number" && Number.isFinite(rate) && rate > 0)) throw new SampleRateError(rate, where);
}

function names(value: unknown, key: string, where: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || !value.every((name) => typeof name === "string" && name !== ""))
    throw new MetadataError(where, `"${key}" is not a list of channel names: give e.g. ["Fp1", "Fp2"]`);
  const list = value as string[];
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  if (twice !== undefined) throw new MetadataError(where, `"${key}" names ${twice} twice: remove one`);
  return list;
}

function codes(value: unknown, where: string): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  const wrong = (): never => {
    throw new MetadataError(where, `"stim_codes" does not name codes: give e.g. {"1": "NonTarget", "2": "Target"}`);
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong();
  for (const [code, name] of Object.entries(value))
    if (!Number.isInteger(Number(code)) || typeof name !== "string") return wrong();
  return value as Record<string, string>;
}

function annotationsOf(value: unknown, where: string): readonly Annotation[] | undefined {
  if (value === undefined) return undefined;
  const wrong = (): never => {
    throw new MetadataError(
      where,
      `"annotations" is not a list of remarks: give e.g. [{"onset_seconds": 1.5, "duration_seconds": 0, "text": "blink"}]`,
    );
  };
  if (!Array.isArray(value)) return wrong();
  return value.map((one: unknown) => {
    const { onset_seconds, duration_seconds = 0, text, channels } = (one ?? wrong()) as Record<string, unknown>;
    if (typeof onset_seconds !== "number" || typeof duration_seconds !== "number" || typeof text !== "string")
      return wrong();
    if (!Number.isFinite(onset_seconds) || !(duration_seconds >= 0 && duration_seconds < Infinity)) return wrong();
    const channelNames = names(channels, "channels", where);
    return {
      onsetSeconds: onset_seconds,
      durationSeconds: duration_seconds,
      text,
      ...(channelNames ? { channelNames } : {}),
    };
  });
}

/** The other way round: remarks as metadata.json holds them. */
export const annotationsToJson = (annotations: readonly Annotation[]): object[] =>
  annotations.map(({ onsetSeconds, durationSeconds, text, channelNames }) => ({
    onset_seconds: onsetSeconds,
    duration_seconds: durationSeconds,
    text,
    ...(channelNames ? { channels: channelNames } : {}),
  }));

/** Key-value metadata of a Parquet file, each value JSON or a bare word, as the object that metadata.json would hold. */
export function metadataFromKeyValues(pairs: readonly { readonly key: string; readonly value?: string }[]): unknown {
  const known = new Set(["sampling_rate_hz", "channels", "eeg_channels", "stim_codes", "annotations"]);
  const object: Record<string, unknown> = {};
  for (const { key, value } of pairs) {
    if (!known.has(key) || value === undefined) continue;
    try {
      object[key] = JSON.parse(value);
    } catch {
      object[key] = value;
    }
  }
  return object;
}

/** Puts the two together; a key that both have must agree.
 * @throws {MetadataError} when they contradict each other. */
export function mergeMetadata(beside: RecordingMetadata, inside: RecordingMetadata, where: string): RecordingMetadata {
  const merged: Record<string, unknown> = { ...inside };
  for (const [key, value] of Object.entries(beside)) {
    if (value === undefined) continue;
    const other = merged[key];
    if (key === "sampleRateHz" && other !== undefined && other !== value)
      throw new MetadataError(
        where,
        `says ${String(value)} Hz, but the recording itself says ${String(other)} Hz: correct one`,
      );
    merged[key] = value;
  }
  return merged;
}

/** Columns that are no channel where no metadata and no prefix tells; the last is the index that pandas adds. */
const NO_CHANNEL = /^(stim|timestamps?|__index_level_\d+__)$/;

/** Which columns of a table are the EEG channels.
 * @returns one column name for each channel name, in the order of `eeg_channels`.
 * @throws {ColumnError} when a channel has no column. @throws {MetadataError} when `eeg_channels` names an unknown one. */
export function eegColumns(
  columns: readonly string[],
  { channels, eegChannels }: RecordingMetadata,
  path: string,
): { channelNames: readonly string[]; columnNames: readonly string[] } {
  const has = new Set(columns);
  const prefixed = columns.filter((name) => name.startsWith("eeg_")).map((name) => name.slice(4));
  const all = channels ?? (prefixed.length > 0 ? prefixed : columns.filter((name) => !NO_CHANNEL.test(name)));
  const channelNames = eegChannels ?? all;
  if (channelNames.length === 0) throw new ColumnError(path, "eeg_…", "is missing: the file has no channel at all");
  const columnNames = channelNames.map((name) => {
    if (has.has(`eeg_${name}`)) return `eeg_${name}`;
    if (has.has(name)) return name;
    const order = all.indexOf(name);
    if (order < 0)
      throw new MetadataError(path, `"eeg_channels" names ${name}, which "channels" does not have: correct one`);
    if (has.has(`eeg_ch${order + 1}`)) return `eeg_ch${order + 1}`;
    throw new ColumnError(path, `eeg_${name}`, `is missing: the file has ${listed(columns)}`);
  });
  return { channelNames, columnNames };
}

function listed(columns: readonly string[]): string {
  return columns.length > 8 ? `${columns.slice(0, 8).join(", ")} and ${columns.length - 8} more` : columns.join(", ");
}
