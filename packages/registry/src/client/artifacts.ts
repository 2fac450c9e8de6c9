import type { ArtifactStore } from "../artifacts/store";
import { toFileInfo, type FileInfo } from "./entities";
import { eachAtOnce } from "./each-at-once";
import { LoggedModelsClient } from "./logged-models";
import { ProxiedArtifactStore } from "./proxied-store";
import { objects, optionalText } from "./wire";

const TRANSFERS_AT_ONCE = 4;
const REMEMBERED_RUNS_MAX = 256;
const PROXY_ROUTE = "/api/2.0/mlflow-artifacts/artifacts";

export abstract class ArtifactsClient extends LoggedModelsClient {
  // Where a run keeps its artifacts never changes.
  readonly #artifactUris = new Map<string, string>();

  /** What a folder of a run's artifacts holds; paths are relative to the run's artifact root. */
  async listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    const files: FileInfo[] = [];
    let token: string | undefined;
    do {
      const answer = await this.get("artifacts/list", { run_id: runId, path, page_token: token });
      files.push(...objects(answer["files"]).map(toFileInfo));
      token = optionalText(answer["next_page_token"]);
    } while (token !== undefined);
    return files;
  }

  /**
   * The files at an artifact address: through the server for `mlflow-artifacts:/…`, directly for a folder, a `file:` URL or
   * `s3://bucket/prefix`.
   */
  async openArtifacts(artifactUri: string): Promise<ArtifactStore> {
    const [, host, path] = /^mlflow-artifacts:(?:\/\/([^/]*))?\/*(.*)$/i.exec(artifactUri) ?? [];
    if (path !== undefined) {
      const http = host ? this.http.at(`${new URL(this.trackingUri).protocol}//${host}`) : this.http;
      return new ProxiedArtifactStore(http, path);
    }
    const proxy = /^https?:/i.test(artifactUri) ? artifactUri.indexOf(`${PROXY_ROUTE}/`) : -1;
    if (proxy > 0) {
      const folder = decodeURIComponent(artifactUri.slice(proxy + PROXY_ROUTE.length + 1));
      return new ProxiedArtifactStore(this.http.at(artifactUri.slice(0, proxy)), folder);
    }
    const { openArtifactStore } = await import("../artifacts/open");
    return openArtifactStore(artifactUri, { createFolder: true });
  }

  /** Copies a local file to a run's artifacts, below the folder `artifactPath`. */
  async logArtifact(runId: string, localFile: string, artifactPath = ""): Promise<void> {
    const { basename } = await import("node:path");
    const store = await this.#artifactsOf(runId);
    await store.upload(localFile, `${artifactPath}/${basename(localFile)}`.replace(/^\//, ""));
  }

  /** Copies the files of a local folder, with those of the folders in it, below the folder `artifactPath`. */
  async logArtifacts(runId: string, localDir: string, artifactPath = ""): Promise<void> {
    const { readdir, stat } = await import("node:fs/promises");
    const { join, relative, sep } = await import("node:path");
    const store = await this.#artifactsOf(runId);
    const files: string[] = [];
    for (const entry of await readdir(localDir, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() || (entry.isSymbolicLink() && (await stat(file)).isFile())) files.push(file);
    }
    await eachAtOnce(TRANSFERS_AT_ONCE, files.sort(), (file) =>
      store.upload(file, `${artifactPath}/${relative(localDir, file).split(sep).join("/")}`.replace(/^\//, "")),
    );
  }

  /** Writes bytes as an artifact. */
  async logBytes(runId: string, bytes: Uint8Array, artifactFile: string): Promise<void> {
    await (await this.#artifactsOf(runId)).put(artifactFile, bytes);
  }

  /** Writes text as an artifact, in UTF-8. */
  async logText(runId: string, text: string, artifactFile: string): Promise<void> {
    await this.logBytes(runId, new TextEncoder().encode(text), artifactFile);
  }

  /** Writes a value as a JSON artifact (which is YAML too). */
  async logDict(runId: string, value: unknown, artifactFile: string): Promise<void> {
    await this.logText(runId, `${JSON.stringify(value, null, 2)}\n`, artifactFile);
  }

  /** One artifact of a run, whole, in memory. */
  async readArtifact(runId: string, path: string): Promise<Uint8Array> {
    return (await this.#artifactsOf(runId)).getBytes(path);
  }

  /** Removes an artifact of a run, or a folder of them. */
  async deleteArtifacts(runId: string, path: string): Promise<void> {
    await (await this.#artifactsOf(runId)).delete(path);
  }

  async #artifactsOf(runId: string): Promise<ArtifactStore> {
    let uri = this.#artifactUris.get(runId);
    if (uri === undefined) {
      uri = (await this.getRun(runId)).info.artifactUri;
      if (this.#artifactUris.size >= REMEMBERED_RUNS_MAX) this.#artifactUris.clear();
      this.#artifactUris.set(runId, uri);
    }
    return this.openArtifacts(uri);
  }
}
