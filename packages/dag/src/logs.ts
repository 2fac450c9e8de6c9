import { open, stat } from "node:fs/promises";

/** One entry of a task's log, as it is in the file and as REST gives it. */
export interface LogEntry {
  readonly event: string;
  readonly timestamp?: string;
  readonly [field: string]: unknown;
}

export interface LogChunk {
  readonly entries: readonly LogEntry[];
  /** Where to go on reading. */
  readonly end: number;
  /** Whether `end` is the end of the file as it is now. */
  readonly atEnd: boolean;
}

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * Reads whole lines of a log file from a byte offset on, about `maxBytes` of them. A last line that is still being written is left for
 * the next time. A file that is not there (yet) is an empty log.
 */
export async function readLog(path: string, start: number, maxBytes = 8 * CHUNK_BYTES): Promise<LogChunk> {
  const entries: LogEntry[] = [];
  let end = start;
  for await (const chunk of logChunks(path, start)) {
    entries.push(...chunk.entries);
    end = chunk.end;
    if (end - start >= maxBytes || chunk.atEnd) return { entries, end, atEnd: chunk.atEnd };
  }
  return { entries, end, atEnd: true };
}

/** The entries of a log file, a chunk at a time. */
export async function* logChunks(path: string, start = 0): AsyncGenerator<LogChunk> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (file === null) return;
  try {
    const { size } = await file.stat();
    let end = start;
    let wanted = CHUNK_BYTES;
    while (end < size) {
      const buffer = Buffer.allocUnsafe(Math.min(wanted, size - end));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, end);
      const bytes = buffer.subarray(0, bytesRead);
      const last = bytes.lastIndexOf(NEWLINE);
      const atEnd = end + bytesRead >= size;
      if (last < 0) {
        if (atEnd || bytesRead === 0) return;
        wanted *= 2; // one line longer than the chunk
        continue;
      }
      wanted = CHUNK_BYTES;
      end += last + 1;
      yield {
        entries: bytes.subarray(0, last).toString("utf8").split("\n").filter(Boolean).map(parseLine),
        end,
        atEnd,
      };
      if (atEnd) return;
    }
  } finally {
    await file.close();
  }
}

export const logExists = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

function parseLine(line: string): LogEntry {
  try {
    const entry = JSON.parse(line) as unknown;
    if (typeof entry === "object" && entry !== null && "event" in entry && typeof entry.event === "string")
      return entry as LogEntry;
  } catch {
    // A line that a killed process left torn is shown as it is.
  }
  return { event: line };
}
