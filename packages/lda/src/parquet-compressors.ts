import { brotliDecompressSync } from "node:zlib";
import type { Compressors } from "hyparquet";
import { compressors as all } from "hyparquet-compressors";

/** Brotli by Node's own decoder: the other grows without bound on a damaged page, which ends the whole process. */
export const compressors: Compressors = {
  ...all,
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(length, 1) }),
};
