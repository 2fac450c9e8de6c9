/** Decompresses one LZ4 block of `length` bytes, an empty one too.
 * @throws {Error} when the block is damaged or holds another number of bytes.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
export function unlz4(input: Uint8Array, length: number): Uint8Array {
  if (!(length >= 0 && length <= input.length * 255)) throw new Error("an LZ4 block claims too many bytes");
  const out = new Uint8Array(length);
  let [at, to] = [0, 0];
  const more = (n: number): number => {
    if (n < 15) return n;
    for (;;) {
      const byte = input[at++];
      if (byte === undefined) throw new Error("an LZ4 block ends too early");
      n += byte;
      if (byte < 255) return n;
    }
  };
  while (at < input.length) {
    const token = input[at++]!;
    const literals = more(token >> 4);
    if (at + literals > input.length || to + literals > length) throw new Error("an LZ4 literal is too long");
    out.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === input.length) break; // the last sequence has literals only
    if (at + 2 > input.length) throw new Error("an LZ4 block ends too early");
    const back = input[at]! | (input[at + 1]! << 8);
    at += 2;
    const n = more(token & 15) + 4;
    if (back === 0 || back > to || to + n > length) throw new Error("an LZ4 copy leaves the block");
    for (let i = 0; i < n; i++, to++) out[to] = out[to - back]!; // may run into what it writes
  }
  if (to !== length) throw new Error(`an LZ4 block holds ${to} bytes instead of ${length}`);
  return out;
}
