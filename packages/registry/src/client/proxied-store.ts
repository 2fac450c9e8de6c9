import type { Readable } from "node:stream";
import { ArtifactIsDirectoryError, ArtifactNotFoundError, InvalidArtifactPathError } from "../artifacts/errors";
import { confinePath, encodeArtifactPath } from "../artifacts/path";
import { resolveRange } from "../artifacts/range";
import type { ArtifactBody, ArtifactEntry, ArtifactRange, ArtifactStore } from "../artifacts/store";
import { MlflowApiError, RegistryUnreachableError } from "./errors";
import type { Http, RequestBody } from "./http";
import { number, objects, text } from "./wire";

const ROUTE = "/api/2.0/mlflow-artifacts/artifacts";
const DOWNLOAD_TRIES = 3;
const IN_MEMORY_BYTES_MAX = 1024 * 1024;

/** The artifacts below a folder of an MLflow server that proxies them: `mlflow-artifacts:/FOLDER`. Node is asked only for streams and local files. */
export class ProxiedArtifactStore implements ArtifactStore {
  readonly uri: string;
  readonly #http: Http;
  readonly #folder: string;

  constructor(http: Http, folder: string) {
    this.#http = http;
    this.#folder = confinePath(folder);
    this.uri = `mlflow-artifacts:/${this.#folder}`;
  }

  async check(): Promise<void> {
    await this.#http.json({ method: "GET", path: ROUTE, query: { path: this.#folder } });
  }

  async list(folder = "", { recursive = false }: { readonly recursive?: boolean } = {}): Promise<ArtifactEntry[]> {
    const entries: ArtifactEntry[] = [];
    const visit = async (name: string): Promise<void> => {
      const query = { path: join(this.#folder, name) };
      const answer = await this.#http.json({ method: "GET", path: ROUTE, query }).catch((error: unknown) => {
        if (error instanceof MlflowApiError && error.status === 404) return {};
        throw error;
      });
      for (const file of objects("files" in answer ? answer["files"] : undefined)) {
        // A base name by contract; what a server says is still no reason to write elsewhere.
        const base = confinePath(text(file["path"]));
        if (base === "" || base.includes("/"))
          throw new InvalidArtifactPathError(base, "the server lists it in the wrong folder");
        const path = join(name, base);
        const isDir = file["is_dir"] === true;
        if (!isDir) entries.push({ path, isDir, size: number(file["file_size"]) });
        else if (recursive) await visit(path);
        else entries.push({ path, isDir, size: 0 });
      }
    };
    await visit(confinePath(folder));
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async get(artifact: string, range: ArtifactRange = {}): Promise<ArtifactBody> {
    const name = confinePath(artifact);
    const { start = 0, end } = range;
    const ranged = start !== 0 || end !== undefined;
    if (ranged) resolveRange(name, range, Number.MAX_SAFE_INTEGER);
    const { Readable } = await import("node:stream");
    const response = await this.#refusable(name, range, () =>
      this.#http.raw({
        method: "GET",
        path: this.#path(name),
        // Without it an answer may be compressed, and its length would not be the file's.
        headers: { "accept-encoding": "identity", ...(ranged && { range: `bytes=${start}-${end ?? ""}` }) },
      }),
    );
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as never);
    if (!ranged) return { body, size: length, totalSize: length };
    if (response.status === 206) {
      return {
        body,
        size: length,
        totalSize: Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1]),
      };
    }
    const window = resolveRange(name, range, length); // a server that knows no ranges sends all
    return { body: Readable.from(slice(body, window.start, window.size)), size: window.size, totalSize: length };
  }

  async getBytes(artifact: string): Promise<Uint8Array> {
    const name = confinePath(artifact);
    return this.#refusable(name, {}, () => this.#http.bytes({ method: "GET", path: this.#path(name) }));
  }

  async put(artifact: string, body: Uint8Array | Readable): Promise<void> {
    const name = confinePath(artifact);
    if (body instanceof Uint8Array) await this.#put(name, () => body as Uint8Array<ArrayBuffer>, false);
    else await this.#putStream(name, () => body, true);
  }

  async upload(localFile: string, artifact: string): Promise<void> {
    const name = confinePath(artifact);
    const { createReadStream } = await import("node:fs");
    const { readFile, stat } = await import("node:fs/promises");
    const found = await stat(localFile);
    if (!found.isFile())
      throw new InvalidArtifactPathError(localFile, "it is not a file; give the files of a folder one by one");
    if (found.size <= IN_MEMORY_BYTES_MAX) await this.put(name, await readFile(localFile));
    else await this.#putStream(name, () => createReadStream(localFile), false);
  }

  async download(artifact: string, localFile: string): Promise<void> {
    const { createWriteStream } = await import("node:fs");
    const { rename, rm } = await import("node:fs/promises");
    const { makeFolders } = await import("../make-folders");
    const { dirname } = await import("node:path");
    const { pipeline } = await import("node:stream/promises");
    const part = `${localFile}.${globalThis.crypto.randomUUID()}.part`;
    for (let attempt = 1; ; attempt++) {
      const { body } = await this.get(artifact);
      let broken: unknown;
      body.once("error", (error) => {
        broken = error;
      });
      try {
        makeFolders(dirname(localFile));
        await pipeline(body, createWriteStream(part, { flags: "wx" }));
        await rename(part, localFile);
        return;
      } catch (error) {
        body.destroy();
        await rm(part, { force: true });
        if (error !== broken) throw error; // of the local file
        if (attempt < DOWNLOAD_TRIES) continue;
        throw new RegistryUnreachableError(this.#http.baseUrl, `the download of ${artifact} broke off`, {
          cause: error,
        });
      }
    }
  }

  async delete(artifact: string): Promise<void> {
    const name = confinePath(artifact);
    if (name === "")
      throw new InvalidArtifactPathError(artifact, "it names the root; give the path of something in it");
    try {
      await this.#http.json({ method: "DELETE", path: this.#path(name), idempotent: true });
    } catch (error) {
      if (error instanceof MlflowApiError && error.status === 404) return;
      throw error;
    }
  }

  #path(name: string): string {
    if (name === "") throw new InvalidArtifactPathError(name, "it names the root; give the path of something in it");
    return `${ROUTE}/${encodeArtifactPath(join(this.#folder, name))}`;
  }

  async #put(name: string, body: (touch: () => void) => RequestBody, singleTry: boolean): Promise<void> {
    const headers = { "content-type": "application/octet-stream" };
    try {
      await this.#http.bytes({ method: "PUT", path: this.#path(name), body, headers, idempotent: true, singleTry });
    } catch (error) {
      if (!(error instanceof MlflowApiError) || error.status !== 400) throw error;
      throw new InvalidArtifactPathError(name, `the server refuses it (${error.message})`, { cause: error });
    }
  }

  async #putStream(name: string, open: () => Readable, singleTry: boolean): Promise<void> {
    const { Readable } = await import("node:stream");
    let broken: unknown;
    let source: Readable | undefined;
    async function* chunks(touch: () => void): AsyncGenerator<Uint8Array> {
      try {
        source = open();
        for await (const chunk of source as AsyncIterable<Uint8Array | string>) {
          touch();
          yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
        }
      } catch (error) {
        broken = error;
        throw error;
      }
    }
    try {
      await this.#put(
        name,
        (touch) => Readable.toWeb(Readable.from(chunks(touch), { objectMode: false })) as never,
        singleTry,
      );
    } catch (error) {
      throw broken ?? error; // what could not be read is not the server's fault
    } finally {
      source?.destroy();
    }
  }

  /** Gives the refusals of a download the store's names. */
  async #refusable<T>(name: string, range: ArtifactRange, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof MlflowApiError && error.status === 416) {
        const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
        const found = (await this.list(folder)).find(({ path }) => path === name);
        resolveRange(name, range, found?.size ?? 0);
      }
      if (!(error instanceof MlflowApiError) || (error.status !== 404 && error.status !== 400)) throw error;
      if ((await this.list(name)).length > 0) throw new ArtifactIsDirectoryError(name, this.uri, { cause: error });
      if (error.status === 404) throw new ArtifactNotFoundError(name, this.uri, { cause: error });
      throw error;
    }
  }
}

const join = (folder: string, name: string): string =>
  folder === "" || name === "" ? folder + name : `${folder}/${name}`;

async function* slice(body: Readable, start: number, size: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    const from = Math.max(0, start - at);
    const to = Math.min(chunk.length, start + size - at);
    if (from < to) yield chunk.subarray(from, to);
    at += chunk.length;
    if (at >= start + size) return;
  }
}
