/** Node's part that is wanted here, asked for at the moment, so that a bundler for the browser has nothing to resolve. */
interface Zlib {
  brotliDecompressSync(input: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/** Decompresses a page. The decoder that runs anywhere grows without bound on a damaged page, which ends the whole process;
 * Node's own is bounded, and no other runtime has one.
 * @throws {Error} for a damaged page, and where there is no bounded decoder. */
export function unbrotli(input: Uint8Array, length: number): Uint8Array {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const zlib = process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
  if (zlib === undefined)
    throw new Error("its pages are compressed by Brotli, which is read in Node only: write it with another codec");
  if (length === 0) return new Uint8Array(0);
  const output = zlib.brotliDecompressSync(input, { maxOutputLength: length });
  if (output.length !== length) throw new Error(`a page claims ${length} bytes and has ${output.length}`);
  return output;
}
