import { claimRowBench } from "../kernels/row-wasm";
import { layOut } from "../kernels/wasm";

/** Below this a loop has copied before a call has begun. */
const LOOP_MAX = 32;

/** Three bytes copy at most 64: what claims to swell more is damaged, and no memory is kept for it. */
const SWELLS_MAX = 64 / 3;

const owner = {};

/** Decompresses one Snappy block.
 * @returns `length` bytes, which are to be used before the next block, as they may be taken back then. @throws {Error} when the block is damaged or holds another number of bytes.
 * @see https://github.com/google/snappy/blob/main/format_description.txt */
export function unsnappy(input: Uint8Array, length: number): Uint8Array {
  checkLength(input, length);
  const at = layOut({ out: length + 64, input: input.length + 64 });
  const bench = claimRowBench(owner, at.end);
  if (!bench) return unsnappyPlainly(input, length);
  bench.u8.set(input, at.input);
  const n = bench.rowKernels.unsnappy(at.out, length, at.input, input.length);
  if (n !== length) throw new Error("a Snappy block is damaged");
  return bench.u8.subarray(at.out, at.out + length);
}

/** The same in JavaScript. Stretches that do not compress, which noise mostly is, are copied whole. */
export function unsnappyPlainly(input: Uint8Array, length: number): Uint8Array {
  checkLength(input, length);
  const out = new Uint8Array(length);
  let at = 0;
  while ((input[at] ?? 0) >= 128) at++; // the length, which is known
  at++;
  let to = 0;
  while (at < input.length) {
    const tag = input[at++]!;
    const kind = tag & 3;
    let n = (tag >> 2) + 1;
    if (kind === 0) {
      if (n > 60) {
        const nBytes = n - 60;
        n = littleEndian(input, at, nBytes) + 1;
        at += nBytes;
      }
      if (at + n > input.length || to + n > length) throw new Error("a Snappy literal is too long");
      if (n > LOOP_MAX) out.set(input.subarray(at, at + n), to);
      else for (let i = 0; i < n; i++) out[to + i] = input[at + i]!;
      at += n;
      to += n;
      continue;
    }
    let back: number;
    if (kind === 1) {
      n = ((tag >> 2) & 7) + 4;
      back = ((tag >> 5) << 8) | littleEndian(input, at, 1);
      at += 1;
    } else {
      const nBytes = kind === 2 ? 2 : 4;
      back = littleEndian(input, at, nBytes);
      at += nBytes;
    }
    if (back === 0 || back > to || to + n > length) throw new Error("a Snappy copy leaves the block");
    for (let i = 0; i < n; i++, to++) out[to] = out[to - back]!; // may run into what it writes
  }
  if (to !== length) throw new Error(`a Snappy block holds ${to} bytes instead of ${length}`);
  return out;
}

function checkLength(input: Uint8Array, length: number): void {
  if (!(length >= 0 && length <= input.length * SWELLS_MAX)) throw new Error("a Snappy block claims too many bytes");
}

function littleEndian(input: Uint8Array, at: number, nBytes: number): number {
  if (at + nBytes > input.length) throw new Error("a Snappy block ends too early");
  let value = 0;
  for (let i = nBytes - 1; i >= 0; i--) value = value * 256 + input[at + i]!;
  return value;
}
