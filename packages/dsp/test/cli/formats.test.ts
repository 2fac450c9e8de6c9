import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { openRecording, saveRecording } from "../../src/files";
import { readFeatures } from "../../src/parquet";
import { preprocess } from "../../src";
import { makeRecording } from "../arbitraries";
import { md5, serve } from "../download/server";
import { goldenFile } from "../readers/golden-file";
import { temporaryFolder } from "../temporary";

const bin = fileURLToPath(new URL("../../bin/p300-dsp.js", import.meta.url));

/** Not spawnSync: a test's own server has to answer meanwhile. */
async function run(...args: string[]) {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { status: status as number, stdout, stderr };
}

beforeAll(() => {
  if (!existsSync(fileURLToPath(new URL("../../dist/cli.js", import.meta.url))))
    throw new Error("npm run build comes first");
});

test("convert goes from any format to any that is written, and preprocess takes each", async () => {
  const folder = temporaryFolder();
  const recording = makeRecording();
  const first = join(folder, "run.edf");
  await saveRecording(first, recording);
  let from = first;
  for (const name of ["run.bdf", "run.vhdr", "run.csv", "run.parquet"]) {
    const { status, stdout, stderr } = await run("convert", from, "--out", join(folder, name), "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      channels: recording.channelNames,
      samples: recording.nSamples,
      sampling_rate_hz: 128,
    });
    from = join(folder, name);
  }
  const out = join(folder, "out");
  expect((await run("preprocess", join(folder, "run.vhdr"), "--out", out)).status).toBe(0);
  const want = preprocess(await openRecording(join(folder, "run.vhdr")));
  expect(await readFeatures(out)).toEqual({ features: want.features, labels: want.labels });
});

test("what a file does not say, the command says", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "run.csv");
  writeFileSync(
    file,
    `a,b,c,mark\n${Array.from({ length: 30 }, (_, i) => `${i},2,3,${i === 9 ? "flash target" : ""}`).join("\n")}\n`,
  );
  expect((await run("inspect", file)).stderr).toMatch(/run.csv: no sampling rate/);
  const flags = [
    "--sample-rate-hz",
    "10",
    "--eeg-channels",
    "c,a",
    "--stim-channel",
    "mark",
    "--event-codes",
    "flash target=2",
  ];
  const report = JSON.parse((await run("inspect", file, ...flags, "--json")).stdout);
  expect(report).toMatchObject({
    format: "csv",
    sampling_rate_hz: 10,
    channels: [{ name: "c" }, { name: "a" }],
    other_columns: ["b"],
    events: { total: 1, by_code: { 2: 1 }, first_sample: 9 },
  });
  expect((await run("inspect", file, "--event-codes", "flash")).status).toBe(2);
  expect((await run("inspect", file, "--gaps", "maybe")).status).toBe(2);
});

test("a file that is nothing known is refused in one line", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "picture.png");
  writeFileSync(file, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
  const { status, stderr } = await run("inspect", file);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^p300-dsp: .*picture.png: recording: is of no known format: give Parquet, CSV.*\n$/);
  await saveRecording(join(folder, "run.edf"), makeRecording());
  const refused = await run("convert", join(folder, "run.edf"), "--out", join(folder, "run.xyz"));
  expect(refused).toMatchObject({ status: 1, stdout: "" });
  expect(readdirSync(folder).sort()).toEqual(["picture.png", "run.edf"]);
});

describe("download", () => {
  test("converts what a server gives, quietly in a pipe", async () => {
    const out = join(temporaryFolder(), "data");
    const mat = readFileSync(goldenFile("bi2014a.mat"));
    const baseUrl = await serve((request, response) => {
      const self = "/files/subject_03.mat";
      if (request.url === self) response.end(mat);
      else
        response.end(
          JSON.stringify({
            files: [{ key: "subject_03.mat", size: mat.length, checksum: `md5:${md5(mat)}`, links: { self } }],
          }),
        );
    });
    const { status, stdout, stderr } = await run(
      "download",
      "bi2014a",
      "--out",
      out,
      "--subjects",
      "3",
      "--base-url",
      baseUrl,
      "--json",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const file = join(out, "subject_03", "subject_03_eeg_stim.parquet");
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      dataset: "bi2014a",
      record: 3266223,
      subjects: [{ subject: 3, status: "converted", events: 3, file }],
    });
    expect(await openRecording(file)).toMatchObject({ nChannels: 16, sampleRateHz: 512 });
  });

  test("is misused without a folder, or with numbers that are none", async () => {
    expect((await run("download", "bi2014a")).status).toBe(2);
    expect((await run("download", "other", "--out", "x")).status).toBe(2);
    expect((await run("download", "bi2014a", "--out", "x", "--subjects", "3-1")).status).toBe(2);
  });
});

test("a band that cannot be is answered with the file and the option, and an empty path is misuse", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "run.edf");
  await saveRecording(file, makeRecording());
  const out = join(folder, "out");
  for (const command of ["preprocess", "report"]) {
    const { status, stdout, stderr } = await run(command, file, "--out", out, "--high-hz", "64");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^p300-dsp: [^\n]*run\.edf: band [^\n]*--high-hz[^\n]*\n$/);
    const huge = await run(command, file, "--out", out, "--resample-hz", "1e12");
    expect(huge.status).toBe(1);
    expect(huge.stderr).toMatch(/^p300-dsp: [^\n]*run\.edf[^\n]*--resample-hz[^\n]*\n$/);
    expect(existsSync(out)).toBe(false);
    expect((await run(command, file, "--out", "")).status).toBe(2);
  }
  expect((await run("convert", file, "--out", "")).status).toBe(2);
  expect((await run("synth", "--subjects", "1", "--out", " ")).status).toBe(2);
});
