import { latin1, type Refuse } from "./bytes";
import { isHdf5 } from "./detect";
import { readMat5 } from "./mat5";
import type { MatValue } from "./mat-value";

/** Reads the variables of a MAT-file of version 5, 6 or 7. */
export async function readMat(bytes: Uint8Array, refuse: Refuse): Promise<Map<string, MatValue>> {
  const head = latin1(bytes.subarray(0, 520));
  if (isHdf5(head) || head.startsWith("MATLAB 7.3"))
    return refuse("is a file of version 7.3 (HDF5), which is not read: save it in MATLAB with -v7");
  if (!head.startsWith("MATLAB 5.0")) return refuse("does not begin as a MAT-file of version 5 or 7 does");
  return readMat5(bytes, refuse);
}
