import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { version } from "../package.json";
import { readFeatures, readRecording, writeRecording } from "../src/parquet";
import { preprocess } from "../src";
import { makeRecording } from "./arbitraries";
import { temporaryFolder } from "./temporary";

const bin = fileURLToPath(new URL("../bin/p300-dsp.js", import.meta.url));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

async function recordingIn(folder: string, name = "run", changes = {}): Promise<string> {
  const file = join(folder, `${name}.parquet`);
  await writeRecording(file, makeRecording(changes));
  return file;
}

beforeAll(() => {
  if (!existsSync(fileURLToPath(new URL("../dist/cli.js", import.meta.url))))
    throw new Error("npm run build comes first");
});

describe("preprocess", () => {
  test("writes features, labels and a summary, and prints the result as one line of JSON", async () => {
    const folder = temporaryFolder();
    const file = await recordingIn(folder);
    const out = join(folder, "new", "out");
    const { status, stdout, stderr } = run("preprocess", file, "--out", out, "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")).toHaveLength(2);
    const want = preprocess(await readRecording(file));
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ epochs_found: 27, epochs_kept: want.epochsKept, features: want.features.nFeatures });
    expect(result.drop_log).toEqual(want.dropLog);
    expect(JSON.parse(readFileSync(join(out, "summary.json"), "utf8"))).toEqual(result);
    expect(await readFeatures(out)).toEqual({ features: want.features, labels: want.labels });
    expect(readdirSync(join(folder, "new"))).toEqual(["out"]);
  });

  test("takes its options", async () => {
    const folder = temporaryFolder();
    const file = await recordingIn(folder);
    const out = join(folder, "out");
    const options =
      "--low-hz 2 --high-hz 30 --t-min -0.2 --t-max 0.4 --baseline -0.2,-0.05 --reject-uv none --resample-hz 64";
    expect(run("preprocess", file, "--out", out, ...options.split(" ")).status).toBe(0);
    const want = preprocess(await readRecording(file), {
      lowHz: 2,
      highHz: 30,
      tMinSeconds: -0.2,
      tMaxSeconds: 0.4,
      baseline: [-0.2, -0.05],
      rejectPeakToPeakMicrovolts: null,
      resampleHz: 64,
    });
    expect(await readFeatures(out)).toEqual({ features: want.features, labels: want.labels });
  });

  test("puts each of several recordings into a folder of its own", async () => {
    const folder = temporaryFolder();
    const files = [
      await recordingIn(join(folder, "s1"), "run_01"),
      await recordingIn(join(folder, "s2"), "run_01", { nSamples: 1500 }),
    ];
    const out = join(folder, "out");
    const { status, stdout } = run("preprocess", ...files, "--out", out, "--json");
    expect(status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["s1_run_01", "s2_run_01"]);
    const { epochs_found, recordings } = JSON.parse(stdout);
    expect(recordings.map(({ source }: { source: string }) => source)).toEqual(files);
    expect(epochs_found).toBe(recordings[0].epochs_found + recordings[1].epochs_found);
    expect(run("preprocess", files[0]!, files[0]!, "--out", out).status).toBe(2);
  });

  test("writes over an earlier result and leaves other files there alone", async () => {
    const folder = temporaryFolder();
    const file = await recordingIn(folder);
    const out = join(folder, "out");
    mkdirSync(out);
    writeFileSync(join(out, "notes.txt"), "mine");
    expect(run("preprocess", file, "--out", out).status).toBe(0);
    expect(run("preprocess", file, "--out", out, "--resample-hz", "50").status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["features.parquet", "labels.parquet", "notes.txt", "summary.json"]);
    expect((await readFeatures(out)).features.nFeatures).toBe(3 * 36);
    expect(JSON.parse(readFileSync(join(out, "summary.json"), "utf8")).sampling_rate_hz).toBe(50);
  });
});

describe("what fails is one line on stderr, exit 1, and no output", () => {
  const failure = (folder: string, ...args: string[]): string => {
    const before = readdirSync(folder).sort();
    const { status, stdout, stderr } = run("preprocess", ...args, "--out", join(folder, "out"));
    expect({ status, stdout, lines: stderr.split("\n").length }).toEqual({ status: 1, stdout: "", lines: 2 });
    expect(readdirSync(folder).sort()).toEqual(before);
    return stderr.trim();
  };

  test("a truncated file, also after a good one", async () => {
    const folder = temporaryFolder();
    const good = await recordingIn(join(folder, "a"));
    const bad = await recordingIn(join(folder, "b"));
    truncateSync(bad, 5000);
    expect(failure(folder, good, bad)).toMatch(`p300-dsp: ${bad}: is a truncated Parquet file`);
  });

  test("NaN, no events, all epochs rejected, a band that cannot be, too short a recording", async () => {
    const folder = temporaryFolder();
    const data = makeRecording().data.map((x, i) => (i === 1300 ? Number.NaN : x));
    const withNaN = await recordingIn(folder, "nan", { data });
    expect(failure(folder, withNaN)).toMatch(`p300-dsp: ${withNaN}: channel C2 holds NaN at sample 100`);
    const silent = await recordingIn(folder, "silent", { stim: new Int32Array(1200) });
    expect(failure(folder, silent)).toMatch(`${silent}: no events`);
    const file = await recordingIn(folder);
    expect(failure(folder, file, "--reject-uv", "0.5")).toMatch(/all 27 epochs were dropped .*--reject-uv none/);
    expect(failure(folder, file, "--high-hz", "64")).toMatch(/64 Hz is not below Nyquist, 64 Hz/);
    expect(failure(folder, file, "--low-hz", "30")).toMatch(/the low edge must be below the high edge/);
    expect(failure(folder, file, "--t-max", "30")).toMatch(/the recording has 1200 samples, an epoch needs/);
  });

  test("folders made for the output go with it", async () => {
    const folder = temporaryFolder();
    const { status } = run("preprocess", join(folder, "none.parquet"), "--out", join(folder, "deep", "deeper", "out"));
    expect(status).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("no such file, a folder, an output that cannot be a folder", async () => {
    const folder = temporaryFolder();
    expect(failure(folder, join(folder, "none.parquet"))).toMatch(/none.parquet: no such file or folder/);
    expect(failure(folder, folder)).toMatch(/is a folder/);
    const file = await recordingIn(folder);
    const { status, stderr } = run("preprocess", file, "--out", join(file, "out"));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `p300-dsp: ${join(file, "out")}: a part of the path is a file, not a folder: check the path\n`,
    });
    const { status: status2, stderr: stderr2 } = run("preprocess", file, "--out", file);
    expect(status2).toBe(1);
    expect(stderr2).toMatch(`p300-dsp: ${file}: `);
    expect(await readRecording(file)).toMatchObject({ nChannels: 3 });
  });
});

test("a command that is told to end takes back what it had begun", async () => {
  const folder = temporaryFolder();
  const file = await recordingIn(join(folder, "in"), "run", { nSamples: 60_000 });
  const files = Array.from({ length: 200 }, (_, i) => {
    const copy = join(folder, "in", `run_${i}.parquet`);
    copyFileSync(file, copy);
    return copy;
  });
  const child = spawn(process.execPath, [bin, "preprocess", ...files, "--out", join(folder, "out")], {
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const deadline = Date.now() + 30_000;
  while (readdirSync(folder).length === 1 && child.exitCode === null && Date.now() < deadline) await sleep(5);
  expect(readdirSync(folder)).toHaveLength(2);
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(readdirSync(folder)).toEqual(["in"]);
});

test("a reader that goes away is no failure", async () => {
  const file = await recordingIn(temporaryFolder());
  const child = spawn(process.execPath, [bin, "inspect", file], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(stderr).toBe("");
});

describe("misuse is exit 2", () => {
  test.each([
    [["preprocess"]],
    [["preprocess", "x.parquet"]],
    [["preprocess", "x.parquet", "--out", "o", "--low-hz", "abc"]],
    [["preprocess", "x.parquet", "--out", "o", "--low-hz", "1e"]],
    [["preprocess", "x.parquet", "--out", "o", "--reject-uv", "0"]],
    [["preprocess", "x.parquet", "--out", "o", "--baseline", "1"]],
    [["preprocess", "x.parquet", "--out", "o", "--nonsense"]],
    [["inspect"]],
    [["inspect", "a", "b"]],
    [["synth", "--out", "o", "--subjects", "0"]],
    [["synth", "--out", "o", "--subjects", "2", "--seed", "-1"]],
    [["nonsense"]],
    [[]],
  ])("%j", (args) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(args.length === 0 ? /^Usage: p300-dsp/ : /^p300-dsp: /);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

test("tells its version, and helps", () => {
  expect(run("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  for (const args of [["--help"], ["preprocess", "--help"], ["inspect", "--help"], ["synth", "--help"]]) {
    const { status, stdout } = run(...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: p300-dsp/);
  }
});

test("inspect tells what is in a recording, also where it is not finite", async () => {
  const data = makeRecording().data.map((x, i) => (i === 5 ? Number.NaN : x));
  const file = await recordingIn(temporaryFolder(), "run", { data });
  const report = JSON.parse(run("inspect", file, "--json").stdout);
  expect(report).toMatchObject({
    sampling_rate_hz: 128,
    samples: 1200,
    events: { total: 27, by_code: { 1: 22, 2: 5 } },
  });
  expect(
    report.channels.map(({ name, not_finite }: { name: string; not_finite: number }) => [name, not_finite]),
  ).toEqual([
    ["C1", 1],
    ["C2", 0],
    ["C3", 0],
  ]);
  expect(run("inspect", file).stdout).toMatch(/27 events: 22 NonTarget, 5 Target/);
  expect(run("inspect", join(file, "none")).status).toBe(1);
});

test("synth writes what preprocess reads", async () => {
  const folder = temporaryFolder();
  const { status, stdout } = run("synth", "--subjects", "1", "--out", folder, "--seed", "4", "--json");
  expect(status).toBe(0);
  const file = join(folder, "subject_01", "subject_01_eeg_stim.parquet");
  expect(JSON.parse(stdout)).toMatchObject({ seed: 4, recordings: [{ subject: 1, file, events: 576 }] });
  expect(JSON.parse(readFileSync(join(folder, "subject_01", "metadata.json"), "utf8"))).toMatchObject({
    seed: 4,
    subject: 1,
  });
  copyFileSync(file, join(folder, "alone.parquet")); // the metadata travels within the file
  const result = run("preprocess", join(folder, "alone.parquet"), "--out", join(folder, "out"), "--json");
  expect(JSON.parse(result.stdout)).toMatchObject({ epochs_found: 576, features: 1120 });
});
