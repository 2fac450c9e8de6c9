import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolders } from "../src/make-folders";

const temporary = mkdtempSync(join(tmpdir(), "p300-folders-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

test("makes what is missing, and tells the outermost", async () => {
  expect(await makeFolders(join(temporary, "a", "b", "c"))).toBe(join(temporary, "a"));
  expect(statSync(join(temporary, "a", "b", "c")).isDirectory()).toBe(true);
  expect(await makeFolders(join(temporary, "a", "b", "c"))).toBeUndefined();
  expect(await makeFolders(join(temporary, "a", "d"))).toBe(join(temporary, "a", "d"));
});

test("a file in the way is refused", async () => {
  writeFileSync(join(temporary, "file"), "");
  await expect(makeFolders(join(temporary, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolders(join(temporary, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

// /proc is there and answers ENOENT all the same; elsewhere the folder is simply missing and can't be made.
test("a folder that answers ENOENT to all that is new does not hold it up for ever", async () => {
  await expect(makeFolders("/proc/p300/deep/folder")).rejects.toThrow(/ENOENT|EACCES|EPERM|EROFS/);
});
