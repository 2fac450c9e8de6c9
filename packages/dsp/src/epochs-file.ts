/** Epochs from and to the bytes of a Parquet file, so that a pipeline can stop and go on anywhere. Pure: for pages too.
 *
 * A row a sample: `epoch` (0, 1, …), `time` (seconds from the event), `code`, and a double `eeg_<channel>` a channel, so
 * that any reader of Parquet has a table to work with. What a table cannot say (the drop log, the selection, an empty
 * list) is JSON under the key `p300_epochs`, with a CRC-32 over all of it. */
import { checkObject, checkOptions } from "./check-object";
import { crc32 } from "./crc32";
import { ChannelError, NotFiniteError, ParquetError, SampleRateError } from "./errors";
import { checkEpochs, type Epochs } from "./epochs";
import { asBytes, type Bytes } from "./readers/bytes";
import { type Column, encodeTable, type Table, useTable } from "./readers/parquet-table";

const KEY = "p300_epochs";

/** What the file says besides its table. */
interface EpochsHeader {
  readonly version: 1;
  readonly n_epochs: number;
  readonly n_times: number;
  readonly channel_names: readonly string[];
  readonly sampling_rate_hz: number;
  readonly t_min_seconds: number;
  readonly codes: readonly number[];
  readonly samples: readonly number[];
  readonly selection: readonly number[];
  readonly drop_log: readonly (readonly string[])[];
}

/** Writes epochs as the bytes of a Parquet file, every number exactly as it is; the same epochs give the same bytes.
 * @throws {ShapeError} {OptionError} when the buffers do not fit. @throws {NotFiniteError} when one holds NaN or an infinity.
 * @throws {ChannelError} when two channels have one name. @throws {SampleRateError} when the rate can be none. */
export async function encodeEpochs(epochs: Epochs): Promise<Uint8Array> {
  checkObject("epochs", epochs, "epochs, as extractEpochs gives them");
  checkEpochs(epochs);
  const { nEpochs, nChannels, nTimes, sampleRateHz, tMinSeconds, channelNames } = epochs;
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz);
  for (const [i, name] of channelNames.entries()) {
    if (channelNames.indexOf(name) !== i) throw new ChannelError(name, "is there twice: rename one");
    if (new TextDecoder().decode(new TextEncoder().encode(name)) !== name)
      throw new ChannelError(name, "is no well-formed text: rename it");
  }
  const header: EpochsHeader = {
    version: 1,
    n_epochs: nEpochs,
    n_times: nTimes,
    channel_names: channelNames,
    sampling_rate_hz: sampleRateHz,
    t_min_seconds: tMinSeconds,
    codes: [...epochs.codes],
    samples: [...epochs.samples],
    selection: [...epochs.selection],
    drop_log: epochs.dropLog,
  };
  const nRows = nEpochs * nTimes;
  const channels = channelNames.map((name, channel): Column & { readonly data: Float64Array } => {
    const data = new Float64Array(nRows);
    for (let epoch = 0; epoch < nEpochs; epoch++) {
      const start = (epoch * nChannels + channel) * nTimes;
      data.set(epochs.data.subarray(start, start + nTimes), epoch * nTimes);
    }
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new NotFiniteError(name, at, data[at]!);
    return { name: `eeg_${name}`, data, type: "DOUBLE" };
  });
  const epochOf = (row: number): number => Math.floor(row / nTimes);
  const columns: Column[] = [
    { name: "epoch", type: "INT32", data: Int32Array.from({ length: nRows }, (_, row) => epochOf(row)) },
    { name: "time", type: "DOUBLE", data: Float64Array.from({ length: nRows }, (_, row) => timeOf(header, row)) },
    { name: "code", type: "INT32", data: Int32Array.from({ length: nRows }, (_, row) => epochs.codes[epochOf(row)]!) },
    ...channels,
  ];
  const checksum = checksumOf(
    header,
    channels.map(({ data }) => data),
  );
  return encodeTable(columns, { sampling_rate_hz: sampleRateHz, [KEY]: { ...header, crc32: checksum } });
}

const timeOf = ({ t_min_seconds, sampling_rate_hz, n_times }: EpochsHeader, row: number): number =>
  t_min_seconds + (row % n_times) / sampling_rate_hz;

function checksumOf(header: EpochsHeader, channels: readonly Float64Array[]): number {
  let sum = crc32(new TextEncoder().encode(JSON.stringify(header)));
  for (const data of channels) sum = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), sum);
  return sum;
}

/** Reads epochs out of the bytes that `encodeEpochs` wrote.
 * @param options.name - the file's name or path, for messages.
 * @throws {ParquetError} when they are no such file, or a damaged one: the checksum covers every number in it. */
export async function decodeEpochs(
  bytes: Bytes,
  options: { readonly name?: string | undefined } = {},
): Promise<Epochs> {
  checkOptions(options);
  const { name = "epochs" } = options;
  const all = asBytes(bytes);
  const file = {
    byteLength: all.length,
    // a Buffer's own slice would share its memory, and with it the bytes of others
    slice: (start: number, end = all.length) => new Uint8Array(all.subarray(start, end)).buffer,
  };
  return useTable(name, file, (table) => readTable(name, all.length, table));
}

async function readTable(name: string, nBytes: number, table: Table): Promise<Epochs> {
  const text = table.keyValues.find(({ key }) => key === KEY)?.value;
  if (text === undefined)
    throw new ParquetError(name, `holds no epochs: it lacks the key ${KEY}, give a file of epochs`);
  const { header, checksum } = parseHeader(name, text);
  const { n_epochs: nEpochs, n_times: nTimes, channel_names: channelNames } = header;
  const nChannels = channelNames.length;
  const nRows = nEpochs * nTimes;
  const damaged = (what: string): ParquetError => new ParquetError(name, `is damaged: ${what}: copy or make it again`);
  if (table.nRows !== nRows || nRows * nChannels * 8 > nBytes)
    throw damaged(`it has ${table.nRows} rows, but should have ${nEpochs} epochs of ${nTimes} samples`);

  const columns = channelNames.map(() => new Float64Array(nRows));
  await table.readInto(new Map(channelNames.map((channel, i) => [`eeg_${channel}`, columns[i]!])));
  if (checksumOf(header, columns) !== checksum) throw damaged("its checksum does not fit what it holds");
  const data = new Float64Array(nRows * nChannels);
  for (let epoch = 0; epoch < nEpochs; epoch++)
    for (let channel = 0; channel < nChannels; channel++)
      data.set(
        columns[channel]!.subarray(epoch * nTimes, (epoch + 1) * nTimes),
        (epoch * nChannels + channel) * nTimes,
      );
  return {
    data,
    nEpochs,
    nChannels,
    nTimes,
    sampleRateHz: header.sampling_rate_hz,
    tMinSeconds: header.t_min_seconds,
    channelNames,
    codes: Int32Array.from(header.codes),
    samples: Int32Array.from(header.samples),
    selection: Int32Array.from(header.selection),
    dropLog: header.drop_log,
  };
}

function parseHeader(name: string, text: string): { header: EpochsHeader; checksum: number } {
  const damaged = (): ParquetError =>
    new ParquetError(name, `is damaged: what stands under ${KEY} does not describe epochs: copy or make it again`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ParquetError(name, `is damaged: ${KEY} is not valid JSON: copy or make it again`, { cause });
  }
  if (typeof json !== "object" || json === null) throw damaged();
  const { crc32: checksum, ...header } = json as EpochsHeader & { readonly crc32: unknown };
  if (typeof header.version === "number" && header.version > 1)
    throw new ParquetError(name, `is of version ${header.version as number}: use a newer @p300/dsp to read it`);
  const { version, n_epochs: nEpochs, n_times: nTimes, sampling_rate_hz: rate, t_min_seconds: tMin } = header;
  const integers = (list: unknown): boolean =>
    Array.isArray(list) && list.length === nEpochs && list.every((value) => Number.isInteger(value));
  const words = (list: unknown): boolean => Array.isArray(list) && list.every((word) => typeof word === "string");
  const counts =
    [nEpochs, nTimes].every((n) => Number.isSafeInteger(n) && n >= 0) && Number.isSafeInteger(nEpochs * nTimes);
  const numbers = typeof rate === "number" && rate > 0 && typeof tMin === "number" && typeof checksum === "number";
  const lists = integers(header.codes) && integers(header.samples) && integers(header.selection);
  const log: unknown = header.drop_log;
  if (
    !(
      version === 1 &&
      counts &&
      numbers &&
      lists &&
      words(header.channel_names) &&
      Array.isArray(log) &&
      log.every(words)
    )
  )
    throw damaged();
  return { header, checksum: checksum as number };
}
