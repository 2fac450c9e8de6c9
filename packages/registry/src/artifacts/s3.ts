import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type * as Sdk from "@aws-sdk/client-s3";
import {
  ArtifactIsDirectoryError,
  ArtifactNotFoundError,
  ArtifactStoreUriError,
  InvalidArtifactPathError,
} from "./errors";
import { makeFolders } from "../make-folders";
import { confinePath } from "./path";
import { resolveRange } from "./range";
import { bucketError, isNoSuchKey, statusOf } from "./s3-errors";
import type { ArtifactBody, ArtifactEntry, ArtifactRange, ArtifactStore } from "./store";

// S3 takes 10,000 parts at most: files of up to 78 GiB, with two parts in memory.
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const DELETE_BATCH = 1000;
const CHECK_MILLIS_MAX = 5000;
const CONNECT_MILLIS_MAX = 5000;
const IDLE_MILLIS_MAX = 60_000;

export interface S3ArtifactStoreOptions {
  /** Where S3's API is; default MLFLOW_S3_ENDPOINT_URL, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or Amazon's own. */
  readonly endpoint?: string;
  /** Default AWS_REGION, AWS_DEFAULT_REGION, the profile's, or us-east-1 with an endpoint. */
  readonly region?: string;
  /** Default: what the AWS SDK finds (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, an instance's role, …). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** How long `check()` waits for an answer, in milliseconds. Default 5000. */
  readonly checkMillisMax?: number;
}

/** Artifacts as objects of a bucket, below a prefix. The AWS SDK is loaded with the first request. */
export class S3ArtifactStore implements ArtifactStore {
  readonly uri: string;
  readonly bucket: string;
  readonly endpoint: string | undefined;
  readonly #prefix: string; // "" or "a/b/"
  readonly #options: S3ArtifactStoreOptions;
  #opened: Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> | undefined;

  /** @throws {ArtifactStoreUriError} when `uri` is not `s3://bucket[/prefix]`. */
  constructor(uri: string, options: S3ArtifactStoreOptions = {}) {
    const [, bucket, prefix = ""] = /^s3:\/\/([^/?#]+)(?:\/(.*))?$/i.exec(uri) ?? [];
    if (bucket === undefined || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
      throw new ArtifactStoreUriError(
        uri,
        "it names no bucket; give s3://BUCKET or s3://BUCKET/PREFIX, a bucket having 3 to 63 of a-z, 0-9, '.' and '-'",
      );
    }
    const confined = confinePath(prefix);
    this.bucket = bucket;
    this.uri = `s3://${bucket}${confined === "" ? "" : `/${confined}`}`;
    this.endpoint =
      options.endpoint ||
      process.env["MLFLOW_S3_ENDPOINT_URL"] ||
      process.env["AWS_ENDPOINT_URL_S3"] ||
      process.env["AWS_ENDPOINT_URL"] ||
      undefined;
    if (this.endpoint !== undefined && !/^https?:\/\/[^/]/i.test(this.endpoint)) {
      throw new ArtifactStoreUriError(this.endpoint, "an S3 endpoint is an http:// or https:// address");
    }
    this.#prefix = confined === "" ? "" : `${confined}/`;
    this.#options = options;
  }

  async check(): Promise<void> {
    const { sdk, client } = await this.#open();
    const command = new sdk.ListObjectsV2Command({ Bucket: this.bucket, Prefix: this.#prefix, MaxKeys: 1 });
    try {
      await client.send(command, {
        abortSignal: AbortSignal.timeout(this.#options.checkMillisMax ?? CHECK_MILLIS_MAX),
      });
    } catch (error) {
      throw this.#translate(error, "");
    }
  }

  async list(folder = "", { recursive = false }: { readonly recursive?: boolean } = {}): Promise<ArtifactEntry[]> {
    const name = confinePath(folder);
    const prefix = name === "" ? this.#prefix : `${this.#prefix}${name}/`;
    const entries: ArtifactEntry[] = [];
    const relative = (key: string): string => key.slice(this.#prefix.length);
    for await (const page of this.#pages(prefix, recursive ? undefined : "/")) {
      for (const { Key, Size } of page.Contents ?? []) {
        // A key ending in a slash is a folder that some tool made visible.
        if (Key !== undefined && !Key.endsWith("/"))
          entries.push({ path: relative(Key), isDir: false, size: Size ?? 0 });
      }
      for (const { Prefix } of page.CommonPrefixes ?? []) {
        if (Prefix !== undefined) entries.push({ path: relative(Prefix).replace(/\/+$/, ""), isDir: true, size: 0 });
      }
    }
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async get(artifact: string, range: ArtifactRange = {}): Promise<ArtifactBody> {
    const name = this.#fileName(artifact);
    const { start = 0, end } = range;
    const { sdk, client } = await this.#open();
    if (start !== 0 || end !== undefined) resolveRange(name, range, Number.MAX_SAFE_INTEGER); // what is no range of any file
    const header = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end ?? ""}` };
    try {
      const answer = await client.send(
        new sdk.GetObjectCommand({ Bucket: this.bucket, Key: this.#prefix + name, ...header }),
      );
      const body = answer.Body as Readable;
      const size = answer.ContentLength ?? 0;
      const totalSize = Number(/\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1] ?? size);
      return { body, size, totalSize };
    } catch (error) {
      if (statusOf(error) === 416) {
        const head = await client.send(new sdk.HeadObjectCommand({ Bucket: this.bucket, Key: this.#prefix + name }));
        resolveRange(name, { ...range, start }, head.ContentLength ?? 0);
      }
      if (isNoSuchKey(error) && (await this.#isFolder(name))) {
        throw new ArtifactIsDirectoryError(name, this.uri, { cause: error });
      }
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
    const name = this.#fileName(artifact);
    const { sdk, client } = await this.#open();
    const target = { Bucket: this.bucket, Key: this.#prefix + name };
    try {
      if (body instanceof Uint8Array && body.byteLength <= PART_BYTES) {
        await client.send(new sdk.PutObjectCommand({ ...target, Body: body }));
        return;
      }
      const { Upload } = await import("@aws-sdk/lib-storage");
      await new Upload({
        client,
        params: { ...target, Body: body },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      }).done();
    } catch (error) {
      throw this.#translate(error, name);
    }
  }

  async upload(localFile: string, artifact: string): Promise<void> {
    if (!(await stat(localFile)).isFile()) {
      throw new InvalidArtifactPathError(localFile, "it is not a file; give the files of a folder one by one");
    }
    await this.put(artifact, createReadStream(localFile));
  }

  async download(artifact: string, localFile: string): Promise<void> {
    const { body } = await this.get(artifact);
    const part = `${localFile}.${randomUUID()}.part`;
    try {
      makeFolders(path.dirname(localFile));
      await pipeline(body, createWriteStream(part, { flags: "wx" }));
      await rename(part, localFile);
    } catch (error) {
      body.destroy();
      await rm(part, { force: true });
      throw error;
    }
  }

  async delete(artifact: string): Promise<void> {
    const name = this.#fileName(artifact);
    const { sdk, client } = await this.#open();
    try {
      await client.send(new sdk.DeleteObjectCommand({ Bucket: this.bucket, Key: this.#prefix + name }));
      let keys: string[] = [];
      const flush = async (): Promise<void> => {
        if (keys.length === 0) return;
        const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
        keys = [];
        const { Errors = [] } = await client.send(new sdk.DeleteObjectsCommand({ Bucket: this.bucket, Delete }));
        const [first] = Errors;
        if (first !== undefined) throw new Error(`S3 did not delete ${first.Key}: ${first.Message ?? first.Code}`);
      };
      for await (const page of this.#pages(`${this.#prefix}${name}/`, undefined)) {
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
        if (keys.length >= DELETE_BATCH) await flush();
      }
      await flush();
    } catch (error) {
      if (isNoSuchKey(error)) return;
      throw this.#translate(error, name);
    }
  }

  async #isFolder(name: string): Promise<boolean> {
    for await (const page of this.#pages(`${this.#prefix}${name}/`, undefined, 1)) {
      return (page.Contents ?? []).length > 0;
    }
    return false;
  }

  async *#pages(
    prefix: string,
    delimiter: string | undefined,
    maxKeys?: number,
  ): AsyncGenerator<Sdk.ListObjectsV2CommandOutput> {
    const { sdk, client } = await this.#open();
    let token: string | undefined;
    do {
      const page: Sdk.ListObjectsV2CommandOutput = await client
        .send(
          new sdk.ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: prefix,
            ...(delimiter !== undefined && { Delimiter: delimiter }),
            ...(maxKeys !== undefined && { MaxKeys: maxKeys }),
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        )
        .catch((error: unknown) => {
          throw this.#translate(error, prefix);
        });
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  #fileName(artifact: string): string {
    const name = confinePath(artifact);
    if (name === "") {
      throw new InvalidArtifactPathError(artifact, "it names the root; give the path of something in it");
    }
    if (Buffer.byteLength(this.#prefix + name) > 1024) {
      throw new InvalidArtifactPathError(artifact, "it is longer than the 1024 bytes of an S3 key");
    }
    return name;
  }

  #translate(error: unknown, name: string): unknown {
    if (isNoSuchKey(error)) return new ArtifactNotFoundError(name, this.uri, { cause: error });
    return bucketError(error, this.bucket, this.uri, this.endpoint) ?? error;
  }

  #open(): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> {
    this.#opened ??= import("@aws-sdk/client-s3").then((sdk) => {
      const { region = process.env["AWS_REGION"] || process.env["AWS_DEFAULT_REGION"], credentials } = this.#options;
      const client = new sdk.S3Client({
        ...(region ? { region } : this.endpoint === undefined ? {} : { region: "us-east-1" }),
        ...(credentials !== undefined && { credentials }),
        requestHandler: { connectionTimeout: CONNECT_MILLIS_MAX, socketTimeout: IDLE_MILLIS_MAX },
        ...(this.endpoint !== undefined && {
          endpoint: this.endpoint,
          forcePathStyle: true, // a bucket's name is seldom a host's name outside Amazon
          // Checksums in trailers are Amazon's alone; other servers refuse them, or store them as content.
          requestChecksumCalculation: "WHEN_REQUIRED" as const,
          responseChecksumValidation: "WHEN_REQUIRED" as const,
        }),
      });
      return { sdk, client };
    });
    return this.#opened;
  }
}
