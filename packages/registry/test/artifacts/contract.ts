import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { ArtifactStore } from "../../src/artifacts/store";
import { temporaryFolder } from "../temporary";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** Where a server that is not ours differs. */
export interface Deviations {
  /** It decodes a name as often as it can. */
  readonly decodesAgain?: boolean;
  /** It keeps a folder whose last file is gone. */
  readonly keepsFolders?: boolean;
}

/** What every store of artifacts owes. `open` gives an empty one each time. */
export function artifactStoreContract(open: () => Promise<ArtifactStore>, deviations: Deviations = {}): void {
  test("an empty store is there and holds nothing", async () => {
    const store = await open();
    await store.check();
    expect(await store.list()).toEqual([]);
    expect(await store.list("no/such/folder")).toEqual([]);
  });

  test("gives back what was put, bytes or a stream, whatever the name", async () => {
    const store = await open();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const names = ["a.bin", "deep/er/b.bin", "with blank/ä ? & = + ' ü.txt", "100%", "-", "...", "日本/語"];
    if (deviations.decodesAgain !== true) names.push("a%20b");
    for (const name of names) await store.put(name, all);
    await store.put("streamed", Readable.from([bytes("one "), bytes("two")]));
    await store.put("empty", new Uint8Array());
    await store.put("empty-stream", Readable.from([]));
    for (const name of names) expect([name, await store.getBytes(name)]).toEqual([name, all]);
    expect(text(await store.getBytes("streamed"))).toBe("one two");
    expect(await store.getBytes("empty")).toEqual(new Uint8Array());
    expect(await store.getBytes("empty-stream")).toEqual(new Uint8Array());
    const found = await store.list("", { recursive: true });
    expect(found.map(({ path }) => path)).toEqual([...names, "streamed", "empty", "empty-stream"].sort());
  });

  test("lists one folder, or the tree, sorted, with sizes", async () => {
    const store = await open();
    for (const name of ["b/2", "b/c/3", "a", "b.txt", "b/1"]) await store.put(name, bytes(name));
    const file = (path: string) => ({ path, isDir: false, size: path.length });
    const folder = (path: string) => ({ path, isDir: true, size: 0 });
    expect(await store.list()).toEqual([file("a"), folder("b"), file("b.txt")]);
    expect(await store.list("")).toEqual(await store.list());
    expect(await store.list("b")).toEqual([file("b/1"), file("b/2"), folder("b/c")]);
    expect(await store.list("b/")).toEqual(await store.list("b"));
    expect(await store.list("b", { recursive: true })).toEqual([file("b/1"), file("b/2"), file("b/c/3")]);
    expect(await store.list("a")).toEqual([]); // a file holds nothing
    expect(await store.list("b/c/none")).toEqual([]);
  });

  test("overwrites", async () => {
    const store = await open();
    await store.put("a/b", bytes("a longer first"));
    await store.put("a/b", bytes("second"));
    expect(text(await store.getBytes("a/b"))).toBe("second");
    expect(await store.list("a")).toEqual([{ path: "a/b", isDir: false, size: 6 }]);
  });

  test("streams a file of many parts there and back", { timeout: 120_000 }, async () => {
    const store = await open();
    const chunk = Buffer.alloc(1 << 20).map((_, i) => i % 251);
    const megabytes = 20;
    await store.put(
      "big",
      Readable.from(
        (function* () {
          for (let i = 0; i < megabytes; i++) yield chunk;
        })(),
      ),
    );
    const { body, size, totalSize } = await store.get("big");
    expect([size, totalSize]).toEqual([megabytes << 20, megabytes << 20]);
    const back = await buffer(body);
    for (let i = 0; i < megabytes; i++) expect(back.subarray(i << 20, (i + 1) << 20).equals(chunk)).toBe(true);
  });

  test("a stream that breaks leaves no file, and the former one as it was", async () => {
    const store = await open();
    await store.put("kept", bytes("former"));
    const breaking = (megabytes: number): Readable =>
      Readable.from(
        (function* () {
          for (let i = 0; i < megabytes; i++) yield Buffer.alloc(1 << 20);
          throw new Error("the source broke");
        })(),
      );
    for (const megabytes of [0, 1, 18]) {
      await expect(store.put("fresh", breaking(megabytes))).rejects.toThrow("the source broke");
      await expect(store.put("kept", breaking(megabytes))).rejects.toThrow("the source broke");
    }
    expect(text(await store.getBytes("kept"))).toBe("former");
    expect(await store.list("", { recursive: true })).toEqual([{ path: "kept", isDir: false, size: 6 }]);
  });

  test("gives the bytes of a range, both ends included", async () => {
    const store = await open();
    await store.put("digits", bytes("0123456789"));
    const read = async (range: { start?: number; end?: number }) => {
      const { body, size, totalSize } = await store.get("digits", range);
      return [(await buffer(body)).toString(), size, totalSize];
    };
    expect(await read({ start: 3 })).toEqual(["3456789", 7, 10]);
    expect(await read({ start: 3, end: 5 })).toEqual(["345", 3, 10]);
    expect(await read({ end: 0 })).toEqual(["0", 1, 10]);
    expect(await read({ start: 9, end: 400 })).toEqual(["9", 1, 10]);
    const outOfRange = { code: "ERR_REGISTRY_ARTIFACT_RANGE" };
    for (const range of [{ start: 10 }, { start: 4, end: 3 }, { start: -1 }, { start: 0.5 }, { end: Number.NaN }]) {
      await expect(store.get("digits", range)).rejects.toMatchObject(outOfRange);
    }
  });

  test("says when there is no such file, and when it is a folder", async () => {
    const store = await open();
    await store.put("folder/file", bytes("x"));
    const folder = temporaryFolder();
    for (const ask of [
      (path: string) => store.get(path),
      (path: string) => store.getBytes(path),
      (path: string) => store.download(path, join(folder, "out")),
    ]) {
      await expect(ask("none")).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_NOT_FOUND", path: "none" });
      await expect(ask("folder/none")).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_NOT_FOUND" });
      await expect(ask("folder")).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_IS_DIRECTORY" });
    }
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  test("removes a file, or a tree and nothing beside it; what is not there is fine", async () => {
    const store = await open();
    for (const name of ["a/1", "a/b/2", "ab/3", "c"]) await store.put(name, bytes(name));
    await store.delete("a");
    expect((await store.list("", { recursive: true })).map(({ path }) => path)).toEqual(["ab/3", "c"]);
    await store.delete("ab/3");
    await store.delete("ab/3");
    await store.delete("never/was");
    expect((await store.list()).map(({ path }) => path)).toEqual(
      deviations.keepsFolders === true ? ["ab", "c"] : ["c"],
    );
    await expect(store.delete("")).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_PATH" });
    await expect(store.delete("./")).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_PATH" });
  });

  test("uploads and downloads local files", async () => {
    const store = await open();
    const folder = temporaryFolder();
    for (const size of [0, 10, 3 << 20]) {
      const content = Buffer.alloc(size, "p300");
      writeFileSync(join(folder, "in"), content);
      await store.upload(join(folder, "in"), `up/${size}`);
      const out = join(folder, "new", "folder", String(size));
      await store.download(`up/${size}`, out);
      expect(readFileSync(out).equals(content)).toBe(true);
    }
    await expect(store.upload(join(folder, "absent"), "up/absent")).rejects.toMatchObject({ code: "ENOENT" });
    mkdirSync(join(folder, "directory"));
    await expect(store.upload(join(folder, "directory"), "up/d")).rejects.toMatchObject({
      code: "ERR_REGISTRY_ARTIFACT_PATH",
    });
    expect((await store.list("up")).map(({ path }) => path)).toEqual(["up/0", "up/10", `up/${3 << 20}`]);
  });

  test.each([
    "../x",
    "a/../../x",
    "/etc/passwd",
    "a/..",
    "%2e%2e/x",
    "%252e%252e%252fx",
    "a\0b",
    "C:\\x",
    "..\\x",
    "file:///etc/passwd",
  ])("refuses the path %j, whatever is asked of it", async (path) => {
    const store = await open();
    const refused = { code: "ERR_REGISTRY_ARTIFACT_PATH" };
    await expect(store.put(path, bytes("x"))).rejects.toMatchObject(refused);
    await expect(store.get(path)).rejects.toMatchObject(refused);
    await expect(store.getBytes(path)).rejects.toMatchObject(refused);
    await expect(store.list(path)).rejects.toMatchObject(refused);
    await expect(store.delete(path)).rejects.toMatchObject(refused);
    expect(await store.list()).toEqual([]);
  });

  test("many writers of one name leave one of their files, whole", async () => {
    const store = await open();
    const contents = Array.from({ length: 8 }, (_, i) => Buffer.alloc(100_000, `${i}`));
    await Promise.all(contents.map((content) => store.put("shared/name", Readable.from([content]))));
    const left = await store.getBytes("shared/name");
    expect(contents.some((content) => content.equals(left))).toBe(true);
    expect(await store.list("shared")).toHaveLength(1);
  });
}
