import { ModelFileError, ModelFormatError, OutputError } from "../errors";
import { nodeFiles } from "../node-files";
import { sha256 } from "../sha256";
import type { ClassStatistics } from "./class-statistics";
import { LdaStatistics } from "./lda-statistics";

// A file is: the magic, the header's length as uint32, the header as JSON padded to eight bytes, float64 sums, and the
// SHA-256 of all before it. Everything is little-endian; of a symmetric matrix the upper triangle is kept, row by row.
const MAGIC = "P300STAT";
const FORMAT_VERSION = 1;
const DIGEST_BYTES = 32;
/** So that a file's claim cannot ask for all memory: 46,000 features have 2^31 sums. */
const FEATURES_MAX = 46_000;

interface Header {
  readonly format_version: number;
  readonly n_features: number;
  readonly auto: boolean;
  readonly classes: readonly { readonly label: number; readonly count: number }[];
}

/** Statistics as bytes, which say what they are and whether they are whole. Equal statistics give equal bytes. */
export function encodeStatistics(statistics: LdaStatistics): Uint8Array {
  const { nFeatures, auto, classes } = statistics;
  const header: Header = {
    format_version: FORMAT_VERSION,
    n_features: nFeatures,
    auto,
    classes: classes.map((label, k) => ({ label, count: statistics.counts[k]! })),
  };
  const text = JSON.stringify(header);
  const padded = new TextEncoder().encode(text.padEnd(Math.ceil((text.length + 12) / 8) * 8 - 12));
  const body = 12 + padded.length;
  const bytes = new Uint8Array(body + 8 * classes.length * numbersOf(nFeatures, auto) + DIGEST_BYTES);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(8, padded.length, true);
  bytes.set(padded, 12);
  // The body is aligned, so that it can be written as numbers where the machine's order is the file's.
  const numbers = new Float64Array(bytes.buffer, body, (bytes.length - body - DIGEST_BYTES) / 8);
  let at = 0;
  const put = (values: Float64Array): void => {
    numbers.set(values, at);
    at += values.length;
  };
  const putTriangle = (matrix: Float64Array): void => {
    for (let i = 0; i < nFeatures; i++) put(matrix.subarray(i * nFeatures + i, (i + 1) * nFeatures));
  };
  for (const label of classes) {
    const { mean, scatter, higher } = statistics.ofClass(label)!;
    put(mean);
    putTriangle(scatter);
    if (!auto) continue;
    put(higher!.third);
    putTriangle(higher!.fourth);
  }
  if (!LITTLE_ENDIAN) swapBytes(bytes.subarray(body, body + 8 * at));
  const end = body + 8 * at;
  bytes.set(digestOf(bytes.subarray(0, end)), end);
  return bytes;
}

/** @param file - what to call it in an error.
 * @throws {ModelFileError} for bytes that are no statistics, cut short or altered; {ModelFormatError} for a newer format. */
export function decodeStatistics(bytes: Uint8Array, file = "statistics"): LdaStatistics {
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC)
    throw new ModelFileError(file, "is not a file of statistics: give one that saveStatistics wrote");
  const end = bytes.length - DIGEST_BYTES;
  const whole = end > 12 && digestOf(bytes.subarray(0, end)).every((byte, i) => byte === bytes[end + i]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = bytes.length < 12 ? 0 : 12 + view.getUint32(8, true);
  const header = parseHeader(bytes.subarray(12, Math.min(body, Math.max(end, 12))), file, whole);
  const { n_features: nFeatures, auto, classes } = header;
  if (!whole || end !== body + 8 * classes.length * numbersOf(nFeatures, auto)) throw altered(file);
  // A copy at the start of a buffer of its own; `slice` of Node's Buffer would be a view.
  const aligned = new Uint8Array(bytes.subarray(body, end));
  if (!LITTLE_ENDIAN) swapBytes(aligned);
  const numbers = new Float64Array(aligned.buffer);
  let at = 0;
  const take = (n: number): Float64Array => numbers.subarray(at, (at += n));
  const symmetric = (): Float64Array => {
    const matrix = new Float64Array(nFeatures * nFeatures);
    for (let i = 0; i < nFeatures; i++) matrix.set(take(nFeatures - i), i * nFeatures + i);
    mirror(matrix, nFeatures);
    return matrix;
  };
  const byClass = classes.map(({ label, count }): [number, ClassStatistics] => {
    const mean = take(nFeatures);
    const scatter = symmetric();
    if (!auto) return [label, { count, mean, scatter }];
    const third = take(nFeatures * nFeatures);
    return [label, { count, mean, scatter, higher: { third, fourth: symmetric() } }];
  });
  return LdaStatistics.from(nFeatures, byClass);
}

/** Writes statistics to a file, whole or not at all. @throws {OutputError} */
export async function saveStatistics(statistics: LdaStatistics, file: string): Promise<void> {
  const { fs, path } = nodeFiles(file);
  const temporary = path.join(path.dirname(path.resolve(file)), `.${path.basename(file)}.${crypto.randomUUID()}`);
  try {
    await fs.writeFile(temporary, encodeStatistics(statistics));
    await fs.rename(temporary, file);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new OutputError(file, `cannot be written (${code}): name a file in a folder that may be written to`, {
      cause,
    });
  } finally {
    await fs.rm(temporary, { force: true }).catch(() => {});
  }
}

/** Throws as `decodeStatistics`, and {ModelFileError} for a file that cannot be read. */
export async function loadStatistics(file: string): Promise<LdaStatistics> {
  const { fs } = nodeFiles(file);
  let bytes: Uint8Array;
  try {
    const handle = await fs.open(file);
    try {
      // in one piece: readFile takes forty megabytes in many
      bytes = new Uint8Array((await handle.stat()).size);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      bytes = bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new ModelFileError(file, code === "ENOENT" ? "does not exist" : `cannot be read (${code})`, { cause });
  }
  return decodeStatistics(bytes, file);
}

function parseHeader(bytes: Uint8Array, file: string, whole: boolean): Header {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Partial<Header> | null;
  } catch (cause) {
    throw altered(file, { cause });
  }
  if (whole && typeof header?.format_version === "number" && header.format_version > FORMAT_VERSION)
    throw new ModelFormatError(
      file,
      `has format version ${header.format_version}, this version of @p300/lda reads up to ${FORMAT_VERSION}: upgrade @p300/lda`,
    );
  const { n_features: n, auto, classes } = header ?? {};
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
  const fits =
    isWhole(n) &&
    n >= 1 &&
    n <= FEATURES_MAX &&
    typeof auto === "boolean" &&
    Array.isArray(classes) &&
    classes.every((one: Partial<Header["classes"][number]> | null) => isWhole(one?.label) && isWhole(one?.count)) &&
    classes.every(({ count }) => count >= 1) &&
    new Set(classes.map(({ label }) => label)).size === classes.length;
  if (!fits) throw altered(file);
  return header as Header;
}

const altered = (file: string, options?: ErrorOptions): ModelFileError =>
  new ModelFileError(
    file,
    "does not match its checksum: it was cut short or altered, take the statistics again",
    options,
  );

/** Numbers that are kept of a class. */
function numbersOf(nFeatures: number, auto: boolean): number {
  const triangle = (nFeatures * (nFeatures + 1)) / 2;
  return nFeatures + triangle + (auto ? nFeatures * nFeatures + triangle : 0);
}

/** Fills the lower triangle from the upper, tile by tile, so that both are met along their cache lines. */
function mirror(matrix: Float64Array, n: number): void {
  const tile = 32;
  for (let rows = 0; rows < n; rows += tile)
    for (let columns = 0; columns <= rows; columns += tile)
      for (let i = rows; i < Math.min(rows + tile, n); i++)
        for (let j = columns; j < Math.min(columns + tile, i); j++) matrix[i * n + j] = matrix[j * n + i]!;
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swapBytes(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += 8) bytes.subarray(at, at + 8).reverse();
}

/** Forty megabytes take the runtime's own hash 20 ms and ours 400. */
function digestOf(bytes: Uint8Array): Uint8Array {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto) return crypto.createHash("sha256").update(bytes).digest();
  return Uint8Array.from(sha256(bytes).match(/../g)!, (byte) => Number.parseInt(byte, 16));
}
