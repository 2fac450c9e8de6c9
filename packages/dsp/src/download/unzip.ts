import { crc32 } from "node:zlib";
import { ByteReader, type Refuse, viewOf } from "../readers/bytes";
import { inflate } from "../readers/inflate";

/** A file within a zip archive. Nothing is written to any path that it names: `read` gives bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  read(): Promise<Uint8Array>;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/** Lists a zip archive by its central directory, stored and deflated members alike.
 * @throws {FormatError} when it is damaged, encrypted or of the 64-bit kind. */
export function readZip(bytes: Uint8Array, refuse: Refuse): ZipEntry[] {
  const view = viewOf(bytes);
  let end = bytes.length - 22;
  while (end >= Math.max(0, bytes.length - 22 - 65_535) && view.getUint32(end, true) !== END) end--;
  if (end < 0 || bytes.length < 22 || view.getUint32(end, true) !== END)
    return refuse("has no central directory: it is no zip archive, or cut off");
  const n = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (n === 0xffff || start === 0xffff_ffff) return refuse("is a 64-bit zip archive, which is not read");
  const directory = new ByteReader(bytes.subarray(0, end), refuse);
  directory.skip(start, "the archive's members");
  return Array.from({ length: n }, () => entryAt(directory, bytes, refuse));
}

function entryAt(directory: ByteReader, bytes: Uint8Array, refuse: Refuse): ZipEntry {
  const at = directory.skip(46, "the central directory");
  const { view } = directory;
  if (view.getUint32(at, true) !== CENTRAL) return refuse("has a damaged central directory");
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const sum = view.getUint32(at + 16, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  const name = new TextDecoder().decode(directory.take(view.getUint16(at + 28, true), "a member's name"));
  directory.skip(view.getUint16(at + 30, true) + view.getUint16(at + 32, true), "a member's remarks");
  return {
    name,
    bytes: size,
    async read() {
      if (flags & 1) return refuse(`has ${name} encrypted`);
      if (method !== 0 && method !== 8) return refuse(`has ${name} packed by method ${method}, which is not read`);
      const reader = new ByteReader(bytes, refuse);
      reader.skip(local, name);
      const head = reader.skip(30, name);
      if (reader.view.getUint32(head, true) !== LOCAL) return refuse(`has a damaged header before ${name}`);
      reader.skip(reader.view.getUint16(head + 26, true) + reader.view.getUint16(head + 28, true), name);
      const content = reader.take(packed, name);
      const maxBytes = Math.min(size, Math.max(2 ** 26, packed * 256)); // whatever the archive claims
      const out = method === 0 ? content : await inflate(content, { kind: "deflate-raw", refuse, maxBytes });
      if (out.length !== size || crc32(out) !== sum) return refuse(`has ${name} damaged: its length or sum is wrong`);
      return out;
    },
  };
}
