import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRecording, saveRecording } from "../src/files";
import {
  readChannels,
  readEpochs,
  readFeatures,
  readRecording,
  writeEpochs,
  writeFeatures,
  writeRecording,
} from "../src/parquet";
import { makeRecording } from "./arbitraries";
import { temporaryFolder } from "./temporary";

const recording = makeRecording({ nSamples: 50 });

describe.skipIf(process.platform === "win32")("a pipe or a device", () => {
  test.each([["run.parquet"], ["run.edf"], ["run.csv"]])("is not waited for as %s", async (name) => {
    const path = join(temporaryFolder(), name);
    execFileSync("mkfifo", [path]);
    const wanted = { code: "ERR_DSP_FILE", message: expect.stringMatching(/is a device or a pipe/) as string };
    await expect(openRecording(path)).rejects.toMatchObject(wanted);
    await expect(readRecording(path)).rejects.toMatchObject(wanted);
    await expect(readEpochs(path)).rejects.toMatchObject(wanted);
  });

  test("is read as little, and never replaced by a file", async () => {
    const folder = temporaryFolder();
    const link = join(folder, "run.csv");
    symlinkSync("/dev/null", link);
    await expect(openRecording(link)).rejects.toMatchObject({ code: "ERR_DSP_FILE" });
    await expect(saveRecording(link, recording)).rejects.toMatchObject({ code: "ERR_DSP_FILE" });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder)).toEqual(["run.csv"]);
  });
});

test("a folder is no file, to read or to write", async () => {
  const folder = temporaryFolder();
  const wanted = { code: "ERR_DSP_FILE", message: expect.stringMatching(/is a folder/) as string };
  await expect(openRecording(folder)).rejects.toMatchObject(wanted);
  await expect(readRecording(folder)).rejects.toMatchObject(wanted);
  await expect(saveRecording(folder, recording, { format: "csv" })).rejects.toMatchObject(wanted);
});

test("a path must be one", async () => {
  for (const path of [undefined, null, "", 7, "a\0b", {}] as never[])
    for (const call of [openRecording, readRecording, readEpochs, readFeatures])
      await expect(call(path)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
  for (const path of [undefined, ""] as never[]) {
    await expect(saveRecording(path, recording)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
    await expect(writeRecording(path, recording)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
    await expect(writeEpochs(path, {} as never)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
  }
});

test("what is no recording, options or features is refused, and nothing is written", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "run.parquet");
  for (const other of [undefined, null, 3, {}] as never[]) {
    await expect(saveRecording(path, other)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
    await expect(writeRecording(path, other)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
    await expect(writeFeatures(folder, other, Int32Array.of(1))).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
  }
  const features = { data: Float64Array.of(1, 2), nRows: 2, nFeatures: 1 };
  for (const labels of [undefined, null, [1, 2]] as never[])
    await expect(writeFeatures(folder, features, labels)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
  for (const options of [null, 3, "csv"] as never[]) {
    await expect(saveRecording(path, recording, options)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
    await expect(openRecording(path, options)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
  }
  expect(readdirSync(folder)).toEqual([]);
});

test("what stands at the place of a file that cannot be written stays", async () => {
  const path = join(temporaryFolder(), "run.edf");
  writeFileSync(path, "before");
  const data = recording.data.slice().fill(Number.NaN, 0, 1);
  await expect(saveRecording(path, { ...recording, data })).rejects.toMatchObject({ code: "ERR_DSP_NOT_FINITE" });
  expect(readFileSync(path, "utf8")).toBe("before");
});

test("what a caller's own function throws is not taken for damage of the file", async () => {
  const path = join(temporaryFolder(), "run.parquet");
  await writeRecording(path, recording);
  const mine = new RangeError("mine");
  const fail = (): never => {
    throw mine;
  };
  await expect(readChannels(path, fail)).rejects.toBe(mine);
  await expect(readChannels(path, () => fail)).rejects.toBe(mine);
});
