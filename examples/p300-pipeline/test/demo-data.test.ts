// The demo on recordings of one's own where something is out of the ordinary: buckets on S3, a subject that is broken.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { BUCKETS } from "../src/settings";
import { processesNaming, recordings, startDemo, summaryOf } from "./demo-process";
import { startS3, versitygw } from "./services";

const temporary = mkdtempSync(join(tmpdir(), "p300-data-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

test("a broken recording fails its own task, is named, and the rest goes on", async () => {
  const data = join(temporary, "data");
  for (const name of ["a", "b", "c", "d"])
    cpSync(join(recordings, "subject_01_session_2"), join(data, name), { recursive: true });
  const broken = join(data, "b", "run_03_eeg_stim.parquet");
  writeFileSync(broken, readFileSync(broken).subarray(0, 100_000));
  const home = join(temporary, "broken");
  const { code, stderr } = await startDemo(["--home", home, "--data", data]).ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/preprocess\[1\]: .*run_03_eeg_stim\.parquet/);
  expect(stderr).toMatch(/DAG run 1: success, .* 1 of 2 subjects failed/);
  const { data: used, dag, unseen } = summaryOf(home);
  expect(used.subjects_train).toEqual(["a", "c"]);
  expect(unseen.per_subject.map(({ subject }) => subject)).toEqual(["d"]);
  expect(dag.runs.map(({ state }) => state)).toEqual(["success", "success", "success"]);
  expect(processesNaming(home)).toEqual([]);
});

describe.skipIf(!versitygw)("with the buckets on S3 (versitygw)", () => {
  test("the demo runs, and its files are in the four buckets", async () => {
    const s3Folder = join(temporary, "s3");
    const s3 = await startS3(s3Folder);
    try {
      const home = join(temporary, "on-s3");
      const { code, stderr } = await startDemo(["--home", home, "--data", recordings, "--buckets", "s3:///try"], s3.env)
        .ended;
      expect(code, stderr).toBe(0);
      expect(summaryOf(home).training.auc).toBeCloseTo(0.6056955093099672, 9);
      expect(existsSync(join(home, "buckets"))).toBe(false);
      const inBucket = (name: keyof typeof BUCKETS) =>
        readdirSync(join(s3Folder, BUCKETS[name], "try"), { recursive: true }).map(String);
      expect(inBucket("raw").filter((path) => path.endsWith("_eeg_stim.parquet")).length).toBe(8);
      expect(inBucket("features").filter((path) => path.endsWith("features.parquet")).length).toBe(2);
      expect(inBucket("artifacts").filter((path) => path.endsWith("model.json")).length).toBe(2);
    } finally {
      await s3.stop();
    }
  });

  test("a bucket that does not exist is named", async () => {
    const s3Folder = join(temporary, "s3-three");
    const s3 = await startS3(s3Folder);
    try {
      rmSync(join(s3Folder, BUCKETS.raw), { recursive: true });
      const home = join(temporary, "missing-bucket");
      const { code, stderr } = await startDemo(["--home", home, "--data", recordings, "--buckets", "s3://"], s3.env)
        .ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/"DAG run 1" failed: run \S+ ended as failed: ingest: .*p300-raw-data/);
      expect(processesNaming(home)).toEqual([]);
    } finally {
      await s3.stop();
    }
  });
});
