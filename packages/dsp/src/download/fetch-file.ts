import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DownloadError } from "../errors";
import { makeFolders } from "../make-folders";
import { fileError } from "../write-whole";
import { passing, PassingError, request, type RetryOptions, withRetries } from "./retry";

export interface WantedFile {
  readonly url: string;
  readonly bytes: number;
  /** 32 hexadecimal digits. */
  readonly md5: string;
}

export interface FetchFileOptions {
  readonly retry?: RetryOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A connection that gives nothing for so long is broken off and tried again. Default 60 000. */
  readonly stallMillis?: number | undefined;
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
}

/** Downloads a file to `path`, which appears once its size and its MD5 are right. What an earlier try left in
 * `<path>.part` is gone on with (Range, If-Range), unless the server ignores that or the file has changed.
 * @throws {DownloadError} when it cannot be had, or has the wrong size or sum twice. @throws {FileError} */
export async function fetchFile(path: string, wanted: WantedFile, options: FetchFileOptions = {}): Promise<void> {
  if (await isRight(path, wanted)) return;
  const part = `${path}.part`;
  try {
    await makeFolders(dirname(path));
  } catch (cause) {
    throw fileError(dirname(path), cause);
  }
  for (let tries = 1; ; tries++) {
    // progress is to get further than ever: a server that sends the same piece again and again makes none
    let furthest = 0;
    await withRetries(
      wanted.url,
      () => fetchRest(part, wanted, { ...options, onReach: (at) => (furthest = Math.max(furthest, at)) }),
      {
        ...options.retry,
        signal: options.signal,
        progress: () => furthest,
      },
    );
    const sum = await md5Of(part);
    if (sum === wanted.md5) break;
    // parts of two versions may have been put together: once more, from the start
    await forget(part);
    if (tries === 2)
      throw new DownloadError(
        wanted.url,
        `has the MD5 sum ${sum} where ${wanted.md5} was said, twice: it was damaged on its way, or has changed`,
      );
  }
  try {
    await rename(part, path);
    await rm(noteOf(part), { force: true });
  } catch (cause) {
    throw fileError(path, cause);
  }
}

const noteOf = (part: string): string => `${part}.json`;

async function forget(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function isRight(path: string, { bytes, md5 }: WantedFile): Promise<boolean> {
  return (await sizeOf(path)) === bytes && (await md5Of(path)) === md5;
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(path, cause);
  }
  return hash.digest("hex");
}

/** The version of the file that a part is of, as its server named it. */
async function etagOf(part: string): Promise<string | undefined> {
  try {
    const note = JSON.parse(await readFile(noteOf(part), "utf8")) as { etag?: unknown };
    return typeof note.etag === "string" ? note.etag : undefined;
  } catch {
    return undefined;
  }
}

/** Fetches what is missing of a part. */
async function fetchRest(
  part: string,
  { url, bytes }: WantedFile,
  options: FetchFileOptions & { readonly onReach: (at: number) => void },
): Promise<void> {
  const { signal, stallMillis = 60_000, onProgress, onReach } = options;
  let have = await sizeOf(part);
  if (have > bytes) {
    await forget(part);
    have = 0;
  }
  onProgress?.(have);
  if (have === bytes && bytes > 0) return;
  const etag = have > 0 ? await etagOf(part) : undefined;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) headers["range"] = `bytes=${have}-`;
  // without If-Range a changed file would be glued to the old part, which only the sum would tell
  if (have > 0 && etag !== undefined && !etag.startsWith("W/")) headers["if-range"] = etag;

  const stall = new AbortController();
  const both = signal ? AbortSignal.any([signal, stall.signal]) : stall.signal;
  let timer = setTimeout(() => stall.abort(), stallMillis);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), stallMillis);
  };
  try {
    const response = await request(url, headers, both);
    const from = startOf(response, have, bytes);
    if (from === undefined) {
      await response.body?.cancel().catch(() => {});
      await forget(part);
      throw new PassingError("the server has another file by now, or no such range");
    }
    const handle = await open(part, from === 0 ? "w" : "r+").catch((cause: unknown) => {
      throw fileError(part, cause);
    });
    try {
      await writeFile(noteOf(part), JSON.stringify({ url, etag: response.headers.get("etag") ?? undefined }));
      let at = from;
      for await (const chunk of response.body ?? []) {
        alive();
        if (at + chunk.length > bytes)
          throw new DownloadError(
            url,
            `is larger than the ${bytes} bytes that were said: the record has changed, try again`,
          );
        await handle.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        onReach(at);
        onProgress?.(at);
      }
      if (at < bytes) throw new PassingError(`the connection ended at ${at} of ${bytes} bytes`);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof DownloadError || cause instanceof PassingError || (cause as Error).name === "FileError")
      throw cause;
    signal?.throwIfAborted();
    if (stall.signal.aborted) throw new PassingError(`nothing came for ${stallMillis / 1000} s`, undefined, { cause });
    if (
      typeof (cause as NodeJS.ErrnoException).syscall === "string" &&
      (cause as NodeJS.ErrnoException).path !== undefined
    )
      throw fileError(part, cause);
    if ((cause as NodeJS.ErrnoException).code === "ENOSPC") throw fileError(part, cause);
    throw passing(cause);
  } finally {
    clearTimeout(timer);
  }
}

/** Where in the file an answer begins; undefined when it fits neither the part nor the whole. */
function startOf(response: Response, have: number, bytes: number): number | undefined {
  if (response.status === 200) return 0; // ranges are ignored, or the file has changed: from the start
  if (response.status === 416) return undefined;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (!range || Number(range[1]) !== have) return undefined;
  return range[2] === "*" || Number(range[2]) === bytes ? have : undefined;
}
