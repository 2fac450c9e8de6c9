/** As much of HDF5 as MATLAB's -v7.3 files use: groups by symbol table, chunked or contiguous data sets of numbers and
 * references, deflate and shuffle.
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html */
import { ByteReader, latin1, type Refuse } from "./bytes";
import { isHdf5 } from "./detect";
import { inflate } from "./inflate";

/** A group or a data set. */
export interface H5Object {
  readonly address: number;
  readonly attributes: ReadonlyMap<string, string | number>;
  /** Addresses of a group's members by name; undefined for a data set. */
  readonly members?: ReadonlyMap<string, number> | undefined;
  readonly dataset?: H5Dataset | undefined;
}

interface H5Dataset {
  readonly dims: readonly number[];
  readonly type: H5Type;
  readonly layout: Layout;
  readonly filters: readonly number[];
}

interface H5Type {
  readonly kind: "integer" | "float" | "string" | "reference" | "other";
  readonly size: number;
  readonly signed: boolean;
}

type Layout =
  | { readonly kind: "compact"; readonly bytes: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number; readonly size: number }
  | { readonly kind: "chunked"; readonly btree: number; readonly chunk: readonly number[] };

const UNDEFINED = 0xffff_ffff_ffff_ffffn;

export class H5File {
  readonly #bytes: Uint8Array;
  readonly #refuse: Refuse;
  /** What addresses count from: MATLAB puts a text of 512 bytes before. */
  readonly #base: number;
  /** Objects may point at each other in rings: there are no more of them than the file has room for. */
  #nodesLeft: number;
  /** Deflated zeros swell without end; recordings do not. */
  #bytesLeft: number;
  readonly root: number;

  constructor(bytes: Uint8Array, refuse: Refuse) {
    this.#bytes = bytes;
    this.#refuse = refuse;
    this.#nodesLeft = Math.max(10_000, bytes.length / 16);
    this.#bytesLeft = Math.max(2 ** 26, bytes.length * 256);
    this.#base = isHdf5(latin1(bytes.subarray(0, 8))) ? 0 : 512;
    const reader = new ByteReader(bytes.subarray(this.#base), refuse);
    reader.skip(8, "the signature");
    const version = reader.u8("the superblock");
    if (version > 1) {
      if (version > 3) refuse(`has a superblock of version ${version}, which is not read`);
      if (reader.u8("the superblock") !== 8) refuse("has addresses of another size than 8 bytes");
      reader.skip(2 + 24, "the superblock");
      this.root = this.#address(reader);
      return;
    }
    reader.skip(4, "the superblock");
    if (reader.u8("the superblock") !== 8 || reader.u8("the superblock") !== 8)
      refuse("has addresses of another size than 8 bytes");
    reader.skip(version === 1 ? 13 : 9, "the superblock");
    reader.skip(32 + 8, "the superblock"); // four addresses, then the root's name
    this.root = this.#address(reader);
  }

  #address(reader: ByteReader): number {
    const value = reader.view.getBigUint64(reader.skip(8, "an address"), true);
    return value === UNDEFINED ? -1 : Number(value);
  }

  #at(address: number, what: string): ByteReader {
    if (--this.#nodesLeft < 0) this.#refuse("points round and round within itself: it is damaged");
    const start = this.#base + address;
    if (!(address >= 0 && start < this.#bytes.length))
      this.#refuse(`points to ${what} beyond its end: it is cut off or damaged`);
    return new ByteReader(this.#bytes.subarray(start), this.#refuse);
  }

  /** Reads an object's header: what it is, and its attributes. */
  object(address: number): H5Object {
    const attributes = new Map<string, string | number>();
    const members = new Map<string, number>();
    let isGroup = false;
    let dims: readonly number[] | undefined;
    let type: H5Type | undefined;
    let layout: Layout | undefined;
    let filters: readonly number[] = [];
    for (const { kind, body } of this.#messages(address)) {
      if (kind === 0x01) dims = dimsIn(body);
      else if (kind === 0x03) type = typeIn(body);
      else if (kind === 0x08) layout = this.#layoutIn(body);
      else if (kind === 0x0b) filters = filtersIn(body);
      else if (kind === 0x0c) attributeInto(attributes, body);
      else if (kind === 0x02) isGroup = true;
      else if (kind === 0x06) {
        isGroup = true;
        linkInto(members, body, (reader) => this.#address(reader));
      } else if (kind === 0x11) {
        isGroup = true;
        const tree = this.#address(body);
        const heap = this.#heap(this.#address(body));
        this.#groupInto(members, tree, heap, 0);
      }
    }
    if (isGroup) return { address, attributes, members };
    const dataset = dims && type && layout ? { dims, type, layout, filters } : undefined;
    return { address, attributes, dataset };
  }

  *#messages(address: number): Generator<{ kind: number; body: ByteReader }> {
    const head = this.#at(address, "an object");
    const isNew = latin1(head.bytes, 0, 4) === "OHDR";
    const blocks: ByteReader[] = [];
    let hasOrder = false;
    if (isNew) {
      head.skip(5, "an object");
      const flags = head.u8("an object");
      hasOrder = (flags & 4) !== 0;
      head.skip((flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0), "an object");
      const width = 1 << (flags & 3);
      const size =
        width === 1
          ? head.u8("an object")
          : width === 2
            ? head.u16("an object")
            : width === 4
              ? head.u32("an object")
              : head.u64("an object");
      blocks.push(new ByteReader(head.take(size, "an object"), this.#refuse));
    } else {
      if (head.u8("an object") !== 1) this.#refuse("has an object of an unknown version: it is damaged");
      head.skip(7, "an object");
      const size = head.u32("an object");
      head.skip(4, "an object");
      blocks.push(new ByteReader(head.take(size, "an object"), this.#refuse));
    }
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      while (block.left >= (isNew ? 4 : 8)) {
        const kind = isNew ? block.u8("a message") : block.u16("a message");
        const size = block.u16("a message");
        const flags = block.u8("a message");
        block.skip(isNew ? (hasOrder ? 2 : 0) : 3, "a message");
        const body = new ByteReader(block.take(size, "a message"), this.#refuse);
        if (kind === 0x10) {
          const next = this.#address(body);
          const length = body.u64("a continuation");
          const more = this.#at(next, "a continuation").take(length, "a continuation");
          blocks.push(new ByteReader(isNew ? more.subarray(4, -4) : more, this.#refuse));
        } else if ((flags & 2) === 0) yield { kind, body };
      }
    }
  }

  /** Where a group's names lie. */
  #heap(address: number): Uint8Array {
    const reader = this.#at(address, "a group's names");
    if (latin1(reader.take(4, "a heap")) !== "HEAP") this.#refuse("has a damaged heap of names");
    reader.skip(4, "a heap");
    const size = reader.u64("a heap");
    reader.skip(8, "a heap");
    return this.#at(this.#address(reader), "a group's names").take(size, "a heap of names");
  }

  #groupInto(members: Map<string, number>, address: number, heap: Uint8Array, depth: number): void {
    if (depth > 20) this.#refuse("has a group nested beyond 20 levels: it is damaged");
    const reader = this.#at(address, "a group");
    const mark = latin1(reader.take(4, "a group"));
    if (mark === "SNOD") {
      reader.skip(2, "a group");
      const n = reader.u16("a group");
      for (let i = 0; i < n; i++) {
        const at = reader.u64("a name");
        const target = this.#address(reader);
        reader.skip(24, "a group's entry");
        const end = heap.indexOf(0, at);
        members.set(new TextDecoder().decode(heap.subarray(at, end < 0 ? heap.length : end)), target);
      }
      return;
    }
    if (mark !== "TREE") this.#refuse("has a damaged group");
    reader.skip(2, "a group");
    const n = reader.u16("a group");
    reader.skip(16 + 8, "a group"); // siblings, first key
    for (let i = 0; i < n; i++) {
      this.#groupInto(members, this.#address(reader), heap, depth + 1);
      reader.skip(8, "a group's key");
    }
  }

  #layoutIn(body: ByteReader): Layout {
    const version = body.u8("a layout");
    if (version !== 3)
      return this.#refuse(`has a data layout of version ${version}, which is not read: save it with -v7`);
    const kind = body.u8("a layout");
    if (kind === 0) return { kind: "compact", bytes: body.take(body.u16("a layout"), "compact data") };
    if (kind === 1) return { kind: "contiguous", address: this.#address(body), size: body.u64("a layout") };
    if (kind !== 2) return this.#refuse(`has a data layout of kind ${kind}, which is not read`);
    const rank = body.u8("a layout") - 1;
    const btree = this.#address(body);
    const chunk = Array.from({ length: Math.max(0, rank) }, () => body.u32("a chunk's size"));
    return { kind: "chunked", btree, chunk };
  }

  /** A data set's bytes, in its own order. */
  async read({ dims, type, layout, filters }: H5Dataset): Promise<Uint8Array> {
    const n = dims.reduce((product, size) => product * size, 1);
    const nBytes = n * type.size;
    this.#bytesLeft -= nBytes;
    if (!(this.#bytesLeft >= 0) || nBytes > 2 ** 32)
      return this.#refuse(`claims data of ${dims.join(" x ")}, more than the file can hold: it is cut off or damaged`);
    if (layout.kind === "compact")
      return layout.bytes.length >= nBytes ? layout.bytes.subarray(0, nBytes) : this.#refuse("ends within its data");
    if (layout.kind === "contiguous") {
      if (nBytes === 0 || layout.address < 0) return new Uint8Array(nBytes);
      return this.#at(layout.address, "data").take(nBytes, "data");
    }
    if (layout.chunk.length !== dims.length || dims.length === 0 || layout.chunk.some((size) => size < 1))
      return this.#refuse("has chunks that do not fit its data");
    const out = new Uint8Array(nBytes);
    if (layout.btree >= 0) await this.#chunksInto(out, layout.btree, { dims, type, chunk: layout.chunk, filters }, 0);
    return out;
  }

  async #chunksInto(
    out: Uint8Array,
    address: number,
    shape: { dims: readonly number[]; type: H5Type; chunk: readonly number[]; filters: readonly number[] },
    depth: number,
  ): Promise<void> {
    if (depth > 20) this.#refuse("has data nested beyond 20 levels: it is damaged");
    const reader = this.#at(address, "chunks of data");
    if (latin1(reader.take(4, "chunks")) !== "TREE" || reader.u8("chunks") !== 1)
      this.#refuse("has a damaged index of chunks");
    const level = reader.u8("chunks");
    const n = reader.u16("chunks");
    reader.skip(16, "chunks");
    const { dims, type, chunk, filters } = shape;
    const chunkBytes = chunk.reduce((product, size) => product * size, type.size);
    for (let i = 0; i < n; i++) {
      const size = reader.u32("a chunk");
      const skipped = reader.u32("a chunk");
      const offset = dims.map(() => reader.u64("a chunk's place"));
      reader.skip(8, "a chunk");
      const child = this.#address(reader);
      if (level > 0) {
        await this.#chunksInto(out, child, shape, depth + 1);
        continue;
      }
      this.#bytesLeft -= chunkBytes;
      if (!(this.#bytesLeft >= 0)) this.#refuse(`has chunks of ${chunk.join(" x ")}: it is damaged`);
      let content = this.#at(child, "a chunk").take(size, "a chunk");
      for (let f = filters.length - 1; f >= 0; f--) {
        if (skipped & (1 << f)) continue;
        if (filters[f] === 1)
          content = await inflate(content, { kind: "deflate", refuse: this.#refuse, maxBytes: chunkBytes + 4 });
        else if (filters[f] === 2) content = unshuffle(content, type.size);
        else if (filters[f] === 3) content = content.subarray(0, -4); // a sum at its end
        else this.#refuse(`is compressed by filter ${filters[f]}, which is not read`);
      }
      if (content.length !== chunkBytes)
        this.#refuse(`has a chunk of ${content.length} bytes where ${chunkBytes} were said`);
      copyChunk(out, content, { dims, chunk, offset, itemSize: type.size });
    }
  }
}

function dimsIn(body: ByteReader): readonly number[] {
  const version = body.u8("a size");
  const rank = body.u8("a size");
  body.skip(version === 1 ? 6 : 2, "a size");
  return Array.from({ length: rank }, () => body.u64("a size"));
}

function typeIn(body: ByteReader): H5Type {
  const first = body.u8("a type");
  const flags = body.u8("a type");
  body.skip(2, "a type");
  const size = body.u32("a type");
  const kinds: Readonly<Record<number, H5Type["kind"]>> = { 0: "integer", 1: "float", 3: "string", 7: "reference" };
  const isBigEndian = (first & 15) < 2 && (flags & 1) !== 0;
  return { kind: isBigEndian ? "other" : (kinds[first & 15] ?? "other"), size, signed: (flags & 8) !== 0 };
}

function filtersIn(body: ByteReader): number[] {
  const version = body.u8("filters");
  const n = body.u8("filters");
  if (version === 1) body.skip(6, "filters");
  return Array.from({ length: n }, () => {
    const id = body.u16("a filter");
    const nameLength = version === 1 || id >= 256 ? body.u16("a filter") : 0;
    body.skip(2, "a filter");
    const nValues = body.u16("a filter");
    body.skip(nameLength + 4 * nValues + (version === 1 && nValues % 2 === 1 ? 4 : 0), "a filter");
    return id;
  });
}

function linkInto(members: Map<string, number>, body: ByteReader, address: (reader: ByteReader) => number): void {
  body.skip(1, "a link");
  const flags = body.u8("a link");
  const kind = flags & 8 ? body.u8("a link") : 0;
  body.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0), "a link");
  const width = flags & 3;
  const length =
    width === 0
      ? body.u8("a link")
      : width === 1
        ? body.u16("a link")
        : width === 2
          ? body.u32("a link")
          : body.u64("a link");
  const name = new TextDecoder().decode(body.take(length, "a link's name"));
  if (kind === 0) members.set(name, address(body));
}

/** Attributes of text and of whole numbers, which are all that MATLAB's meaning hangs on. */
function attributeInto(attributes: Map<string, string | number>, body: ByteReader): void {
  const version = body.u8("an attribute");
  body.skip(1, "an attribute");
  const sizes = [body.u16("an attribute"), body.u16("an attribute"), body.u16("an attribute")] as const;
  if (version === 3) body.skip(1, "an attribute");
  const take = (size: number): ByteReader => {
    const part = body.take(size, "an attribute");
    if (version === 1) body.skip(Math.min(body.left, -size & 7), "an attribute");
    return new ByteReader(part, body.refuse);
  };
  const name = latin1(take(sizes[0]).bytes).replace(/\0.*$/s, "");
  const type = typeIn(take(sizes[1]));
  take(sizes[2]);
  if (type.kind === "string" && type.size <= body.left)
    attributes.set(name, latin1(body.take(type.size, "an attribute")).replace(/\0.*$/s, ""));
  else if (type.kind === "integer" && type.size <= 4 && type.size <= body.left)
    attributes.set(name, body.u8("an attribute"));
}

function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const n = Math.floor(bytes.length / size);
  const out = bytes.slice();
  for (let b = 0; b < size; b++) for (let i = 0; i < n; i++) out[i * size + b] = bytes[b * n + i]!;
  return out;
}

/** Copies a chunk to its place, cut where it reaches beyond the data. */
function copyChunk(
  out: Uint8Array,
  content: Uint8Array,
  place: { dims: readonly number[]; chunk: readonly number[]; offset: readonly number[]; itemSize: number },
): void {
  const { dims, chunk, offset, itemSize } = place;
  const last = dims.length - 1;
  const run = Math.min(chunk[last]!, dims[last]! - offset[last]!) * itemSize;
  if (!(run > 0)) return;
  const nRuns = chunk.slice(0, last).reduce((product, size) => product * size, 1);
  for (let r = 0; r < nRuns; r++) {
    let left = r;
    let at = offset[last]!;
    let stride = dims[last]!;
    let inside = true;
    for (let d = last - 1; d >= 0; d--) {
      const index = offset[d]! + (left % chunk[d]!);
      left = Math.floor(left / chunk[d]!);
      if (index >= dims[d]!) inside = false;
      at += index * stride;
      stride *= dims[d]!;
    }
    const from = r * chunk[last]! * itemSize;
    if (inside) out.set(content.subarray(from, from + run), at * itemSize);
  }
}
