import { DownloadError } from "../errors";
import { request, type RetryOptions, passing, withRetries } from "./retry";

const ZENODO = "https://zenodo.org";

/** A file of a record. */
export interface RecordEntry {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
  readonly url: string;
}

/** Reads the list of a Zenodo record's files.
 * @throws {DownloadError} when it cannot be had, or is not what Zenodo's API answers. */
export async function readRecord(
  id: number,
  options: {
    readonly baseUrl?: string | undefined;
    readonly retry?: RetryOptions | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly RecordEntry[]> {
  const { baseUrl = ZENODO, retry, signal } = options;
  const base = webAddress(baseUrl) ?? fail(baseUrl, "is no web address: give e.g. https://zenodo.org");
  const url = `${base.href.replace(/\/$/, "")}/api/records/${id}`;
  const json = await withRetries(
    url,
    async () => {
      const deadline = AbortSignal.timeout(60_000);
      const response = await request(
        url,
        { accept: "application/json" },
        signal ? AbortSignal.any([signal, deadline]) : deadline,
      );
      const text = await response.text().catch((cause: unknown) => {
        throw passing(cause);
      });
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        throw new DownloadError(url, "did not answer with JSON: check the address", { cause });
      }
    },
    { ...retry, signal },
  );
  const files = (json as { files?: unknown } | null)?.files;
  if (!Array.isArray(files)) return fail(url, "lists no files: it is not a record of Zenodo's");
  return files.map((file: unknown) => entryOf(file, url, base));
}

const fail = (url: string, reason: string): never => {
  throw new DownloadError(url, reason);
};

function webAddress(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base?.href);
  return url.protocol === "https:" || url.protocol === "http:" ? url : undefined;
}

function entryOf(file: unknown, where: string, base: URL): RecordEntry {
  const { key, size, checksum, links } = (file ?? {}) as Record<string, unknown>;
  const self = (links as { self?: unknown } | undefined)?.self;
  const md5 = typeof checksum === "string" ? /^md5:([0-9a-f]{32})$/i.exec(checksum)?.[1]?.toLowerCase() : undefined;
  // a name is a name: nothing that could lead out of the folder
  if (typeof key !== "string" || !/^[\w][\w .()+-]*$/.test(key))
    return fail(where, `names a file ${JSON.stringify(key)}`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    return fail(where, `says ${String(size)} bytes for ${key}`);
  if (md5 === undefined) return fail(where, `gives no MD5 sum for ${key}`);
  const link = typeof self === "string" ? webAddress(self, base) : undefined;
  if (!link) return fail(where, `gives no address for ${key}`);
  // a mirror's list may still point at Zenodo
  const url = link.origin === ZENODO && base.origin !== ZENODO ? new URL(link.pathname + link.search, base) : link;
  return { name: key, bytes: size, md5, url: url.href };
}
