import type { Bytes } from "./bytes";
import { refuseAs } from "./bytes";
import type { DecodedFile, DecodeOptions } from "./recording-file";

export interface DecodeEeglabOptions extends DecodeOptions {
  /** The .fdt file that a .set of two files names, by its name. */
  readonly companions?: Readonly<Record<string, Bytes>> | undefined;
}
export async function decodeEeglab(_bytes: Bytes, options: DecodeEeglabOptions = {}): Promise<DecodedFile> {
  return refuseAs("EEGLAB", options.source)("is not read yet");
}
