import path from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { confinePath, decodeArtifactPath, encodeArtifactPath } from "../../src/artifacts/path";

const part = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "",
    "a",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    "..%2f",
    "%5c",
    "\\",
    "\0",
    "%00",
    "C:",
    "file:",
    "x y",
    "ä",
    "100%",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const anyPath = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"));
const decodings = (text: string): string[] => {
  const all = [text];
  for (;;) {
    let next: string;
    try {
      next = decodeURIComponent(all.at(-1)!);
    } catch {
      return all;
    }
    if (next === all.at(-1)) return all;
    all.push(next);
  }
};
const isRefused = (given: string): boolean => {
  try {
    confinePath(given);
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_REGISTRY_ARTIFACT_PATH") return true;
    throw error;
  }
};
const confinedPath = anyPath.filter((given) => !isRefused(given)).map(confinePath);

test("what is accepted stays below the root, however often it is decoded again", () => {
  fc.assert(
    fc.property(confinedPath, (confined) => {
      for (const spelling of decodings(confined)) {
        expect(path.posix.resolve("/root", spelling)).toMatch(/^\/root($|\/)/);
        // A colon is no character of a Windows file's name: the file system refuses it there.
        expect(path.win32.resolve("C:\\root", spelling.replaceAll(":", "_"))).toMatch(/^C:\\root($|\\)/);
        expect(spelling).not.toContain("\0");
      }
    }),
    { numRuns: 2000 },
  );
});

test("whatever climbs, is absolute, or has a NUL is refused", () => {
  const climbing = fc
    .tuple(anyPath, fc.constantFrom("..", "%2e.", "%252e%252E"), anyPath)
    .map((parts) => parts.join("/"))
    .filter((given) => decodings(given).some((spelling) => spelling.split("/").includes(".."))); // not all of it may decode
  const absolute = anyPath.map((given) => `/${given}`);
  const nul = fc.tuple(anyPath, anyPath).map((parts) => parts.join("\0"));
  fc.assert(
    fc.property(fc.oneof(climbing, absolute, nul), (given) => {
      expect(isRefused(given)).toBe(true);
    }),
  );
});

test("confining twice is confining once", () => {
  fc.assert(
    fc.property(confinedPath, (confined) => {
      expect(confinePath(confined)).toBe(confined);
    }),
  );
});

test("a confined path survives its encoding for a URL", () => {
  // A lone surrogate is no character that a URL can carry.
  const encodable = confinedPath.filter((confined) => !/\p{Surrogate}/u.test(confined));
  fc.assert(
    fc.property(encodable, (confined) => {
      expect(encodeArtifactPath(confined)).toMatch(/^[A-Za-z0-9%/!'()*._~-]*$/);
      expect(decodeArtifactPath(encodeArtifactPath(confined))).toBe(confined);
    }),
  );
});

test.each([
  ["a%20b", "a b"],
  ["a%2520b", "a%20b"],
  ["a//b/./c/", "a/b/c"],
  ["", ""],
])("the URL path %j names %j", (encoded, name) => expect(decodeArtifactPath(encoded)).toBe(name));

test.each(["%", "%zz", "%ff", "%00", "%2e%2e/x", "..%2fx", "%2fetc", "a/%2e%2e%2f%2e%2e", "%252e%252e/x", "c%3a%5cx"])(
  "the URL path %j is refused",
  (encoded) =>
    expect(() => decodeArtifactPath(encoded)).toThrow(expect.objectContaining({ code: "ERR_REGISTRY_ARTIFACT_PATH" })),
);
