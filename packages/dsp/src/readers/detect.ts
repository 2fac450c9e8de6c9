import { OptionError } from "../errors";
import { asBytes, type Bytes, latin1 } from "./bytes";
import { brainVisionKind } from "./brainvision-header";
import { edfKind } from "./edf-header";
import type { RecordingFormat } from "./recording-file";

const BY_ENDING: Readonly<Record<string, RecordingFormat>> = {
  parquet: "parquet",
  csv: "csv",
  tsv: "csv",
  txt: "csv",
  edf: "edf",
  bdf: "bdf",
  vhdr: "brainvision",
  ahdr: "brainvision",
  set: "eeglab",
  xdf: "xdf",
  xdfz: "xdf",
  mat: "matlab",
};

/** Which format a file is of: by its first bytes, which are right more often than its name, then by its name. EEGLAB and
 * MATLAB share their bytes, and the ending .set tells them apart. 512 bytes are enough.
 * @returns undefined when neither tells. */
export function detectFormat(name: string, bytes: Bytes): RecordingFormat | undefined {
  if (typeof name !== "string") throw new OptionError("name", name, "the file's name");
  const start = asBytes(bytes).subarray(0, 520);
  const head = latin1(start);
  const ending = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const byEnding = Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
  if (head.startsWith("PAR1")) return "parquet";
  if (head.startsWith("XDF:")) return "xdf";
  const edf = edfKind(start);
  if (edf) return edf;
  if (brainVisionKind(head)) return "brainvision";
  if (/^MATLAB [57]/.test(head) || isHdf5(head)) return byEnding === "eeglab" ? "eeglab" : "matlab";
  if (byEnding) return byEnding;
  return start.length > 0 && isText(start) ? "csv" : undefined;
}

/** HDF5 begins at byte 0 or, as MATLAB writes it, at 512. */
export const isHdf5 = (head: string): boolean =>
  head.startsWith("\u0089HDF\r\n\u001A\n") || head.startsWith("\u0089HDF\r\n\u001A\n", 512);

/** A table's first line: printable, with a delimiter and more than one column. */
function isText(start: Uint8Array): boolean {
  if (start.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return false;
  return /[,;\t]/.test(latin1(start).split(/\r|\n/)[0]!);
}
