import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolders } from "../src/make-folders";

const temporary = mkdtempSync(join(tmpdir(), "p300-folders-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

test("makes what is missing, leaves what is there, refuses a file in the way", () => {
  makeFolders(join(temporary, "a", "b", "c"));
  makeFolders(join(temporary, "a", "b", "c"));
  expect(statSync(join(temporary, "a", "b", "c")).isDirectory()).toBe(true);
  writeFileSync(join(temporary, "file"), "");
  expect(() => makeFolders(join(temporary, "file"))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(temporary, "file", "below"))).toThrow(/ENOTDIR/);
});

// /proc is there and answers ENOENT all the same; elsewhere the folder is simply missing and can't be made.
test("a folder that answers ENOENT to all that is new does not hold it up for ever", () => {
  expect(() => makeFolders("/proc/p300/deep/folder")).toThrow(/ENOENT|EACCES|EPERM|EROFS/);
});
