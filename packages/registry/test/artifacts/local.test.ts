import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { openArtifactStore } from "../../src/artifacts/open";
import { STAGING_FOLDER } from "../../src/artifacts/path";
import { temporaryFolder } from "../temporary";
import { artifactStoreContract } from "./contract";

describe("a folder of artifacts", () => {
  artifactStoreContract(async () => openArtifactStore(temporaryFolder()));

  test("opens by file: URL as by path", async () => {
    const folder = join(temporaryFolder(), "a b");
    mkdirSync(folder);
    const store = openArtifactStore(pathToFileURL(folder).href);
    await store.put("x", new Uint8Array(3));
    expect(await openArtifactStore(folder).list()).toEqual([{ path: "x", isDir: false, size: 3 }]);
    expect(store.uri).toBe(pathToFileURL(folder).href);
    expect(openArtifactStore(`file:${folder}`).uri).toBe(store.uri);
  });

  test("an absent folder is an absent bucket, and is not made unless asked for", async () => {
    const folder = join(temporaryFolder(), "absent");
    const store = openArtifactStore(folder);
    const missing = { code: "ERR_REGISTRY_BUCKET_NOT_FOUND", reason: "missing" };
    await expect(store.check()).rejects.toMatchObject(missing);
    await expect(store.check()).rejects.toThrow(`artifact folder ${folder} does not exist: create it, or give another`);
    await expect(store.put("x", new Uint8Array())).rejects.toMatchObject(missing);
    await expect(store.list()).rejects.toMatchObject(missing);
    await expect(store.get("x")).rejects.toMatchObject(missing);
    await openArtifactStore(folder, { createFolder: true }).put("x", new Uint8Array());
    await store.check();
  });

  test("a file is no bucket", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(openArtifactStore(file).check()).rejects.toMatchObject({ code: "ERR_REGISTRY_BUCKET_NOT_FOUND" });
  });

  test("does not follow a link out of its root, in any direction", async () => {
    const folder = temporaryFolder();
    const outside = join(folder, "outside");
    const root = join(folder, "root");
    mkdirSync(outside);
    mkdirSync(root);
    writeFileSync(join(outside, "secret"), "s");
    symlinkSync(outside, join(root, "link"));
    symlinkSync(join(outside, "secret"), join(root, "file-link"));
    symlinkSync(join(outside, "nowhere"), join(root, "dangling"));
    const store = openArtifactStore(root);
    const refused = { code: "ERR_REGISTRY_ARTIFACT_PATH" };
    for (const path of ["link/secret", "file-link"]) {
      await expect(store.get(path)).rejects.toMatchObject(refused);
      await expect(store.download(path, join(folder, "copy"))).rejects.toMatchObject(refused);
    }
    await expect(store.put("link/new", new Uint8Array())).rejects.toMatchObject(refused);
    await expect(store.put("dangling/new", new Uint8Array())).rejects.toBeInstanceOf(Error);
    await expect(store.list("link")).rejects.toMatchObject(refused);
    await expect(store.delete("link/secret")).rejects.toMatchObject(refused);
    expect(await store.list("", { recursive: true })).toEqual([]);
    await store.delete("link"); // the link itself may go
    await store.put("file-link", new Uint8Array(2)); // and be replaced, where its target may not
    expect(readdirSync(outside)).toEqual(["secret"]);
    expect(await store.list()).toEqual([{ path: "file-link", isDir: false, size: 2 }]);
  });

  test("a link within the root is followed", async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, "v1"));
    writeFileSync(join(root, "v1", "model"), "m");
    symlinkSync("v1", join(root, "current"));
    symlinkSync("..", join(root, "v1", "loop"));
    const store = openArtifactStore(root);
    expect(new TextDecoder().decode(await store.getBytes("current/model"))).toBe("m");
    expect((await store.list("", { recursive: true })).map(({ path }) => path)).toEqual(["v1/model"]);
  });

  test("hides unfinished uploads, refuses to serve them, and sweeps what is a day old", async () => {
    const root = temporaryFolder();
    const staging = join(root, STAGING_FOLDER);
    mkdirSync(staging);
    writeFileSync(join(staging, "old"), "");
    utimesSync(join(staging, "old"), 0, 0);
    writeFileSync(join(staging, "young"), "");
    const store = openArtifactStore(root);
    await store.put("x", new Uint8Array());
    expect(readdirSync(staging)).toEqual(["young"]);
    expect((await store.list("", { recursive: true })).map(({ path }) => path)).toEqual(["x"]);
    await expect(store.get(`${STAGING_FOLDER}/young`)).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_PATH" });
    await expect(store.delete(STAGING_FOLDER)).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_PATH" });
  });

  test("says so when a name is in the way of another, or too long", async () => {
    const store = openArtifactStore(temporaryFolder());
    await store.put("a", new Uint8Array());
    await expect(store.put("a/b", new Uint8Array())).rejects.toThrow(/^invalid artifact path "a\/b": /);
    await store.put("d/e", new Uint8Array());
    await expect(store.put("d", new Uint8Array())).rejects.toMatchObject({
      code: "ERR_REGISTRY_ARTIFACT_IS_DIRECTORY",
    });
    await expect(store.put("n".repeat(300), new Uint8Array())).rejects.toMatchObject({
      code: "ERR_REGISTRY_ARTIFACT_PATH",
    });
  });

  test("writers and removers of neighbours do not disturb each other", async () => {
    const store = openArtifactStore(temporaryFolder());
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        await store.put(`shared/${i % 4}/${i}`, new Uint8Array(1));
        await store.delete(`shared/${i % 4}/${i}`);
      }),
    );
    expect(await store.list()).toEqual([]);
  });
});

test.each(["", "ftp://host/x", "gs://bucket", "s3://", "s3://UPPER/x", "s3:bucket", "file://otherhost/x"])(
  "%j is no address of artifacts",
  (uri) => {
    expect(() => openArtifactStore(uri)).toThrow(expect.objectContaining({ code: "ERR_REGISTRY_ARTIFACT_STORE_URI" }));
  },
);
