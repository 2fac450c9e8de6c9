import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { downloadDataset } from "../../src/download";
import { readRecording } from "../../src/parquet";
import { goldenFile } from "../readers/golden-file";
import { temporaryFolder } from "../temporary";
import { md5, serve } from "./server";

const mat = readFileSync(goldenFile("bi2014a.mat"));

/** A zip archive of some files, the second kind of writer beside Zenodo's. */
export function zip(
  files: Readonly<Record<string, Uint8Array>>,
  changes: { sum?: number; size?: number; flags?: number } = {},
): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(changes.flags ?? 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(changes.sum ?? crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(changes.size ?? content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\0"), common, tail, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** A record of some archives, as Zenodo's API answers. */
async function serveRecord(files: Readonly<Record<string, Buffer>>, change: (file: object) => object = (file) => file) {
  const asked: string[] = [];
  let base = "";
  base = await serve((request, response) => {
    asked.push(request.url!);
    const name = /^\/api\/records\/3266223\/files\/([^/]+)\/content$/.exec(request.url!)?.[1];
    if (request.url === "/api/records/3266223")
      response.end(
        JSON.stringify({
          id: 3266223,
          files: Object.entries(files).map(([key, content]) =>
            change({
              key,
              size: content.length,
              checksum: `md5:${md5(content)}`,
              links: { self: `https://zenodo.org/api/records/3266223/files/${key}/content` },
            }),
          ),
        }),
      );
    else if (name !== undefined && files[name]) response.end(files[name]);
    else response.writeHead(404).end();
  });
  return { baseUrl: base, asked };
}

const retry = { attempts: 2, baseMillis: 1 };

test("downloads, converts, and leaves what is there alone", async () => {
  const out = join(temporaryFolder(), "data");
  const { baseUrl, asked } = await serveRecord({
    "subject_01.zip": zip({ "subject_01/subject_01.mat": mat, "subject_01/readme.txt": Buffer.from("hello") }),
    "subject_02.zip": zip({ "subject_02.mat": mat }),
    "documentation.pdf": Buffer.from("pdf"),
  });
  const first = await downloadDataset("bi2014a", { out, baseUrl, retry });
  expect(first.subjects.map(({ subject, status, events }) => [subject, status, events])).toEqual([
    [1, "converted", 3],
    [2, "converted", 3],
  ]);
  const recording = await readRecording(join(out, "subject_01", "subject_01_eeg_stim.parquet"));
  expect(recording).toMatchObject({ nChannels: 16, nSamples: 60, sampleRateHz: 512 });
  expect(recording.channelNames[3]).toBe("AFz");
  expect([recording.stim[10], recording.stim[30], recording.stim[50]]).toEqual([1, 1, 2]);
  expect(JSON.parse(readFileSync(join(out, "subject_01", "metadata.json"), "utf8"))).toMatchObject({
    sampling_rate_hz: 512,
    subject: 1,
    stim_codes: { 1: "NonTarget", 2: "Target" },
    source_file: "subject_01.zip",
  });
  expect(readdirSync(join(out, "archives"))).toEqual([]);

  asked.length = 0;
  rmSync(join(out, "subject_02", "subject_02_eeg_stim.parquet"));
  const again = await downloadDataset("bi2014a", { out, baseUrl, retry, keepArchives: true });
  expect(again.subjects.map(({ status }) => status)).toEqual(["present", "converted"]);
  expect(asked.filter((url) => url.includes("content"))).toHaveLength(1);
  expect(readdirSync(join(out, "archives"))).toEqual(["subject_02.zip"]);
});

describe("refuses, and leaves no recording", () => {
  const fails = async (files: Record<string, Buffer>, change?: (file: object) => object): Promise<string> => {
    const out = join(temporaryFolder(), "data");
    const { baseUrl } = await serveRecord(files, change);
    const error = await downloadDataset("bi2014a", { out, baseUrl, retry, subjects: [1] }).then(
      () => new Error("nothing"),
      (cause: Error) => cause,
    );
    expect(existsSync(join(out, "subject_01"))).toBe(false);
    return `${(error as { code?: string }).code}: ${error.message}`;
  };
  const good = { "subject_01.zip": zip({ "subject_01.mat": mat }) };

  test.each<[string, (file: object) => object, RegExp]>([
    [
      "a name that leads elsewhere",
      (file) => ({ ...file, key: "../subject_01.zip" }),
      /names a file "\.\.\/subject_01/,
    ],
    ["a file without a sum", (file) => ({ ...file, checksum: "sha1:00" }), /gives no MD5 sum/],
    ["a size that is none", (file) => ({ ...file, size: -1 }), /says -1 bytes/],
    ["an address that is none", (file) => ({ ...file, links: { self: "file:///etc/passwd" } }), /gives no address/],
    ["null", () => null as unknown as object, /names a file undefined/],
  ])("%s in the record", async (_, change, message) => {
    expect(await fails(good, change)).toMatch(message);
    expect(await fails(good, change)).toMatch(/^ERR_DSP_DOWNLOAD/);
  });

  test("archives that are damaged, or hold what they should not", async () => {
    expect(await fails({ "subject_02.zip": good["subject_01.zip"] })).toMatch(/has no file for subject 1/);
    expect(await fails({ "subject_01.zip": Buffer.from("not a zip") })).toMatch(
      /^ERR_DSP_FORMAT: .*no central directory/,
    );
    expect(await fails({ "subject_01.zip": zip({ "other.txt": mat }) })).toMatch(/holds 0 files like subject_NN.mat/);
    expect(await fails({ "subject_01.zip": zip({ "subject_01.mat": mat }, { sum: 1 }) })).toMatch(
      /length or sum is wrong/,
    );
    expect(await fails({ "subject_01.zip": zip({ "subject_01.mat": mat }, { flags: 1 }) })).toMatch(/encrypted/);
    const bomb = zip({ "subject_01.mat": Buffer.alloc(1 << 20) }, { size: 1000 });
    expect(await fails({ "subject_01.zip": bomb })).toMatch(/swells beyond 1000 bytes/);
    const cut = good["subject_01.zip"];
    expect(await fails({ "subject_01.zip": cut.subarray(100) })).toMatch(/^ERR_DSP_FORMAT/);
    expect(await fails({ "subject_01.zip": zip({ "subject_01.mat": mat.subarray(0, 300) }) })).toMatch(
      /^ERR_DSP_FORMAT: .*MATLAB/,
    );
  });

  test("options that cannot be, and a server that is none", async () => {
    const out = temporaryFolder();
    const code = (options: object) =>
      downloadDataset("bi2014a", { out, retry, ...options }).then(
        () => "nothing",
        (error: { code: string }) => error.code,
      );
    expect(await code({ subjects: [65] })).toBe("ERR_DSP_OPTION");
    expect(await code({ out: "" })).toBe("ERR_DSP_OPTION");
    expect(await code({ baseUrl: "ftp://x" })).toBe("ERR_DSP_DOWNLOAD");
    expect(await code({ baseUrl: "http://127.0.0.1:1" })).toBe("ERR_DSP_DOWNLOAD");
    const html = await serve((_, response) => response.end("<html>"));
    expect(await code({ baseUrl: html })).toBe("ERR_DSP_DOWNLOAD");
  });
});
