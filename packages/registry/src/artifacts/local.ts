import { randomUUID } from "node:crypto";
import { constants, createReadStream, createWriteStream, type Dirent } from "node:fs";
import { copyFile, mkdir, open, readdir, realpath, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import {
  ArtifactIsDirectoryError,
  ArtifactNotFoundError,
  BucketNotFoundError,
  InvalidArtifactPathError,
} from "./errors";
import { makeFolders } from "../make-folders";
import { confinePath, STAGING_FOLDER } from "./path";
import { resolveRange } from "./range";
import type { ArtifactBody, ArtifactEntry, ArtifactRange, ArtifactStore } from "./store";

const STAGED_MILLIS_MAX = 24 * 3600 * 1000;

export interface LocalArtifactStoreOptions {
  /** Make the root folder when something is first written and it is absent; otherwise that is a BucketNotFoundError. */
  readonly createFolder?: boolean;
}

/** Artifacts as files below a folder. */
export class LocalArtifactStore implements ArtifactStore {
  readonly uri: string;
  readonly #root: string;
  readonly #createFolder: boolean;
  #staging: Promise<string> | undefined;

  constructor(folder: string, { createFolder = false }: LocalArtifactStoreOptions = {}) {
    this.#root = path.resolve(folder);
    this.#createFolder = createFolder;
    this.uri = pathToFileURL(this.#root).href;
  }

  async check(): Promise<void> {
    try {
      await readdir(await this.#realRoot());
    } catch (error) {
      throw this.#translate(error, "");
    }
  }

  async list(folder = "", { recursive = false }: { readonly recursive?: boolean } = {}): Promise<ArtifactEntry[]> {
    const name = confinePath(folder);
    const entries: ArtifactEntry[] = [];
    const visit = async (below: string): Promise<void> => {
      for (const child of await this.#children(below)) {
        const childName = below === "" ? child.name : `${below}/${child.name}`;
        if (childName === STAGING_FOLDER) continue;
        const found = await this.#inside(childName)
          .then((place) => stat(place))
          .catch(() => undefined); // gone meanwhile, or a link out of the root
        if (found === undefined || !(found.isFile() || found.isDirectory())) continue;
        if (found.isFile()) entries.push({ path: childName, isDir: false, size: found.size });
        else if (!recursive) entries.push({ path: childName, isDir: true, size: 0 });
        else if (!child.isSymbolicLink()) await visit(childName); // a link to a folder may lead back up
      }
    };
    await visit(name);
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async get(artifact: string, range: ArtifactRange = {}): Promise<ArtifactBody> {
    const name = this.#fileName(artifact);
    try {
      const handle = await open(await this.#inside(name), "r");
      try {
        const found = await handle.stat();
        if (!found.isFile()) throw new ArtifactIsDirectoryError(name, this.uri);
        const { start, size } = resolveRange(name, range, found.size);
        // A read stream refuses an end before its start, which is what no bytes at all would be.
        const body = handle.createReadStream(size === 0 ? { start: found.size } : { start, end: start + size - 1 });
        return { body, size, totalSize: found.size };
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw this.#translate(error, name);
    }
  }

  async getBytes(artifact: string): Promise<Uint8Array> {
    const { body } = await this.get(artifact);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
    return new Uint8Array(Buffer.concat(chunks));
  }

  async put(artifact: string, body: Uint8Array | Readable): Promise<void> {
    await this.#stage(artifact, (staged) =>
      body instanceof Uint8Array
        ? writeFile(staged, body, { flag: "wx" })
        : pipeline(body, createWriteStream(staged, { flags: "wx" })),
    );
  }

  async upload(localFile: string, artifact: string): Promise<void> {
    await stat(localFile).then((found) => {
      if (!found.isFile())
        throw new InvalidArtifactPathError(localFile, "it is not a file; give the files of a folder one by one");
    });
    await this.#stage(artifact, (staged) =>
      pipeline(createReadStream(localFile), createWriteStream(staged, { flags: "wx" })),
    );
  }

  async download(artifact: string, localFile: string): Promise<void> {
    const name = this.#fileName(artifact);
    const part = `${localFile}.${randomUUID()}.part`;
    try {
      const source = await this.#inside(name);
      if ((await stat(source)).isDirectory()) throw new ArtifactIsDirectoryError(name, this.uri);
      makeFolders(path.dirname(localFile));
      await copyFile(source, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await rename(part, localFile);
    } catch (error) {
      await rm(part, { force: true });
      throw this.#translate(error, name);
    }
  }

  async delete(artifact: string): Promise<void> {
    const name = this.#fileName(artifact);
    try {
      await this.#inside(path.posix.dirname(name) === "." ? "" : path.posix.dirname(name));
      await rm(path.join(this.#root, name), { recursive: true, force: true }); // of a link, the link alone
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return;
      throw this.#translate(error, name);
    }
    // As in a bucket, a folder is there while a file is in it.
    for (let above = path.posix.dirname(name); above !== "."; above = path.posix.dirname(above)) {
      if (
        !(await rmdir(path.join(this.#root, above)).then(
          () => true,
          () => false,
        ))
      )
        break;
    }
  }

  /** Writes beside the artifacts first, so that a file appears whole or not at all. */
  async #stage(artifact: string, write: (staged: string) => Promise<void>): Promise<void> {
    const name = this.#fileName(artifact);
    let staged: string | undefined;
    try {
      staged = path.join(await (this.#staging ??= this.#openStaging()), randomUUID());
      await write(staged);
      const target = path.join(this.#root, name);
      for (let attempt = 0; ; attempt++) {
        await this.#inside(path.posix.dirname(name), { make: true });
        const done = await rename(staged, target).then(
          () => true,
          (error: unknown) => {
            if (codeOf(error) === "ENOENT" && attempt < 10) return false; // a delete nearby took the empty folder away again
            throw error;
          },
        );
        if (done) break;
      }
    } catch (error) {
      this.#staging = undefined;
      if (staged !== undefined) await rm(staged, { force: true });
      const code = codeOf(error);
      if (code === "ENOTDIR" || code === "EEXIST") {
        throw new InvalidArtifactPathError(name, "a part of it is a file already", { cause: error });
      }
      throw this.#translate(error, name);
    }
  }

  async #openStaging(): Promise<string> {
    const folder = path.join(await this.#realRoot(), STAGING_FOLDER);
    await mkdir(folder, { recursive: true });
    // What an interrupted process left. One still being written has a young date.
    for (const name of await readdir(folder)) {
      const file = path.join(folder, name);
      const found = await stat(file).catch(() => undefined);
      if (found !== undefined && found.mtimeMs < Date.now() - STAGED_MILLIS_MAX)
        await unlink(file).catch(() => undefined);
    }
    return folder;
  }

  #fileName(artifact: string): string {
    const name = confinePath(artifact);
    if (name === "")
      throw new InvalidArtifactPathError(artifact, "it names the root; give the path of something in it");
    return name;
  }

  async #children(name: string): Promise<Dirent[]> {
    try {
      return await readdir(await this.#inside(name), { withFileTypes: true });
    } catch (error) {
      const translated = this.#translate(error, name);
      if (translated instanceof ArtifactNotFoundError) {
        await this.#realRoot().catch((absent: unknown) => {
          throw this.#translate(absent, "");
        });
        return [];
      }
      throw translated;
    }
  }

  async #realRoot(): Promise<string> {
    if (this.#createFolder) makeFolders(this.#root);
    try {
      return await realpath(this.#root);
    } catch (error) {
      const code = codeOf(error);
      if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
      const message = `artifact folder ${this.#root} does not exist: create it, or give another`;
      throw new BucketNotFoundError(this.uri, "missing", message, { cause: error });
    }
  }

  /** The true place of a name, followed through links, which must not lead out of the root. */
  async #inside(name: string, { make = false } = {}): Promise<string> {
    const root = await this.#realRoot();
    let place = root;
    for (const part of name === "" || name === "." ? [] : name.split("/")) {
      place = await follow(path.join(place, part), make);
      if (place !== root && !place.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) {
        throw new InvalidArtifactPathError(name, "it leads out of the store by a symbolic link");
      }
    }
    return place;
  }

  #notAFolder(cause: unknown): BucketNotFoundError {
    const message = `artifact folder ${this.#root} is not a folder: give one that is`;
    return new BucketNotFoundError(this.uri, "missing", message, { cause });
  }

  #translate(error: unknown, name: string): unknown {
    switch (codeOf(error)) {
      case "ENOENT":
        return new ArtifactNotFoundError(name, this.uri, { cause: error });
      case "ENOTDIR":
        return name === "" ? this.#notAFolder(error) : new ArtifactNotFoundError(name, this.uri, { cause: error });
      case "EEXIST":
        return this.#notAFolder(error); // it was to be made, and a file stands there
      case "EISDIR":
      case "ENOTEMPTY":
        return new ArtifactIsDirectoryError(name, this.uri, { cause: error });
      case "ENAMETOOLONG":
        return new InvalidArtifactPathError(name, "it is longer than the file system allows", { cause: error });
      case "EACCES":
      case "EPERM":
        return new BucketNotFoundError(
          this.uri,
          "denied",
          `no access to ${name === "" ? "artifact folder" : `artifact ${name} in`} ${this.#root}: check its owner and permissions`,
          { cause: error },
        );
      default:
        return error;
    }
  }
}

async function follow(place: string, make: boolean): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await realpath(place);
    } catch (error) {
      // Again and again absent though it exists: a link to nowhere.
      if (!make || codeOf(error) !== "ENOENT" || attempt === 10) throw error;
      await mkdir(place).catch((raced: unknown) => {
        if (codeOf(raced) !== "EEXIST") throw raced;
      });
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
