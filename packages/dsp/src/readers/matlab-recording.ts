import type { Bytes } from "./bytes";
import { refuseAs } from "./bytes";
import type { DecodedFile, DecodeOptions } from "./recording-file";
export async function decodeMatlab(_bytes: Bytes, options: DecodeOptions = {}): Promise<DecodedFile> {
  return refuseAs("MATLAB", options.source)("is not read yet");
}
