import { ArtifactRangeError } from "./errors";
import type { ArtifactRange } from "./store";

/** Where a range begins in a file of `totalSize` bytes, and how many bytes it has. */
export function resolveRange(
  path: string,
  { start = 0, end }: ArtifactRange,
  totalSize: number,
): { start: number; size: number } {
  const whole = start === 0 && end === undefined;
  const isByte = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
  if (whole) return { start, size: totalSize };
  if (!isByte(start) || (end !== undefined && (!isByte(end) || end < start)) || start >= totalSize) {
    throw new ArtifactRangeError(path, start, end, totalSize);
  }
  return { start, size: Math.min(end ?? totalSize - 1, totalSize - 1) - start + 1 };
}
