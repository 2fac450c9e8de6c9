import { latin1, type Refuse } from "./bytes";
import { isHdf5 } from "./detect";
import type { MatValue } from "./mat-value";
import { readMat5 } from "./mat5";
import { readMat73 } from "./mat73";

/** Reads the variables of a MAT-file of version 5, 6, 7 or 7.3. */
export async function readMat(bytes: Uint8Array, refuse: Refuse): Promise<Map<string, MatValue>> {
  const head = latin1(bytes.subarray(0, 520));
  if (isHdf5(head)) return readMat73(bytes, refuse);
  if (!head.startsWith("MATLAB 5.0")) return refuse("does not begin as a MAT-file of version 5, 7 or 7.3 does");
  return readMat5(bytes, refuse);
}
