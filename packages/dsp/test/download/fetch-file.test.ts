import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fetchFile } from "../../src/download";
import { temporaryFolder } from "../temporary";
import { fileHandler, type Manners, md5, serve } from "./server";

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3);
const retry = { attempts: 4, baseMillis: 1, maxMillis: 5 };

async function setUp(manners: Manners = {}) {
  const path = join(temporaryFolder(), "deep", "file.bin");
  const { handle, requests, onProgress } = fileHandler(content, manners);
  const url = `${await serve(handle)}/file.bin`;
  const wanted = { url, bytes: content.length, md5: md5(content) };
  return {
    path,
    requests,
    wanted,
    onProgress,
    run: (more = {}) => fetchFile(path, wanted, { retry, onProgress, ...more }),
  };
}

/** The file is right, and nothing else is beside it. */
const isThere = (path: string): boolean =>
  readFileSync(path).equals(content) && readdirSync(join(path, "..")).join() === "file.bin";

test("downloads a file once", async () => {
  const { path, run, requests } = await setUp();
  await run();
  await run();
  expect(isThere(path)).toBe(true);
  expect(requests).toHaveLength(1);
});

test("goes on where a connection broke off, of the same version only", async () => {
  const { path, run, requests, onProgress } = await setUp({ dropAfter: [50_000, 30_000, 10_000] });
  const seen: number[] = [];
  await run({
    onProgress: (bytes: number) => {
      seen.push(bytes);
      onProgress(bytes);
    },
  });
  expect(isThere(path)).toBe(true);
  expect(requests.length).toBeGreaterThanOrEqual(4);
  expect(requests[0]).toEqual({ range: undefined, ifRange: undefined });
  for (const { range, ifRange } of requests.slice(1)) {
    expect(range).toMatch(/^bytes=\d+-$/);
    expect(ifRange).toBe(`"${md5(content)}"`);
  }
  expect(seen.at(-1)).toBe(content.length);
});

test("goes on after the process itself was ended", async () => {
  const { path, run, requests } = await setUp({ dropAfter: [90_000] });
  await expect(run({ retry: { ...retry, attempts: 1 } })).rejects.toMatchObject({ code: "ERR_DSP_DOWNLOAD" });
  expect(existsSync(path)).toBe(false);
  expect(existsSync(`${path}.part`)).toBe(true);
  await run();
  expect(isThere(path)).toBe(true);
  expect(requests[1]?.range).toMatch(/^bytes=[1-9]/);
});

test("starts again when the server ignores ranges", async () => {
  const { path, run } = await setUp({ dropAfter: [60_000], ignoreRange: true });
  await run();
  expect(isThere(path)).toBe(true);
});

test("starts again when the file has changed meanwhile", async () => {
  const other = content.map((byte) => byte ^ 1);
  const { path, run } = await setUp({ dropAfter: [60_000], contentOf: (answer) => (answer === 0 ? other : content) });
  await run();
  expect(isThere(path)).toBe(true);
});

test("throws away a part that fits nothing, and one that is too long", async () => {
  const { path, run, wanted } = await setUp();
  await run();
  for (const part of [content.map(() => 1), new Uint8Array(300_000)]) {
    writeFileSync(path, "old");
    writeFileSync(`${path}.part`, part);
    await fetchFile(path, wanted, { retry });
    expect(isThere(path)).toBe(true);
  }
});

test("waits as it is told by 429 and 503, and counts failures anew after progress", async () => {
  const { path, run, requests } = await setUp({
    statuses: [
      [429, { "retry-after": "0" }],
      [503, { "retry-after": new Date().toUTCString() }],
      [500, {}],
    ],
    dropAfter: [40_000, 40_000, 40_000, 30_000],
  });
  await run();
  expect(isThere(path)).toBe(true);
  expect(requests.length).toBeGreaterThanOrEqual(7);
});

describe("gives up, saying why", () => {
  test.each<[string, Manners, RegExp]>([
    ["404 at once", { statuses: [[404, {}]] }, /the server answered 404: check the address/],
    ["410 at once", { statuses: [[410, {}]] }, /answered 410/],
    [
      "503 for ever",
      { statuses: Array.from({ length: 9 }, () => [503, {}] as const) },
      /answered 503, 4 times in a row/,
    ],
    ["a wrong sum, twice", { contentOf: () => content.map((byte) => byte ^ 3) }, /MD5 sum [0-9a-f]{32} where/],
    [
      "a file that is larger",
      { contentOf: () => new Uint8Array(content.length + 1) },
      /is larger than the 200000 bytes/,
    ],
    ["a file that is smaller", { contentOf: () => content.subarray(0, 1000) }, /times in a row|MD5/],
  ])("%s", async (_, manners, message) => {
    const { path, run, wanted } = await setUp(manners);
    await expect(run()).rejects.toThrow(message);
    await expect(fetchFile(`${path}.2`, { ...wanted, url: "http://127.0.0.1:1/" }, { retry })).rejects.toMatchObject({
      code: "ERR_DSP_DOWNLOAD",
      url: "http://127.0.0.1:1/",
    });
  });

  test("a server that goes silent", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("x");
    });
    const path = join(temporaryFolder(), "file");
    await expect(
      fetchFile(path, { url, bytes: 100, md5: md5(content) }, { retry: { ...retry, attempts: 2 }, stallMillis: 30 }),
    ).rejects.toThrow(/times in a row/);
  });

  test("a caller who has had enough", async () => {
    const { run } = await setUp();
    await expect(run({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
