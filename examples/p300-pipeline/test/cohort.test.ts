import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { checkedSubjects, splitCohort } from "../src/cohort";
import { bucketUri } from "../src/settings";
import { recordings } from "./demo-process";

const temporary = mkdtempSync(join(tmpdir(), "p300-cohort-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

test("every subject is in one part, the last third unseen, the first half of the others first", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), (n) => {
      const subjects = Array.from({ length: n }, (_, i) => `s${i}`);
      const { first, added, unseen } = splitCohort("folder", subjects);
      expect([...first, ...added, ...unseen]).toEqual(subjects);
      expect(unseen.length).toBe(Math.max(1, Math.floor(n / 3)));
      expect(first.length - added.length).toBeGreaterThanOrEqual(0);
      expect(first.length - added.length).toBeLessThanOrEqual(1);
      expect(first.length).toBeGreaterThan(0);
    }),
  );
});

test("a folder of another rate or montage is refused by name", async () => {
  const folder = join(temporary, "mixed");
  for (const name of ["a", "b"])
    cpSync(join(recordings, "subject_01_session_2"), join(folder, name), { recursive: true });
  expect(await checkedSubjects(folder)).toEqual(["a", "b"]);
  const file = join(folder, "b", "metadata.json");
  const metadata = JSON.parse(readFileSync(file, "utf8")) as { sampling_rate_hz: number };
  writeFileSync(file, JSON.stringify({ ...metadata, sampling_rate_hz: 128 }));
  await expect(checkedSubjects(folder)).rejects.toThrow(
    /^b differs from a: run_01_eeg_stim.parquet has 128 Hz, not 256 Hz/,
  );
  writeFileSync(file, JSON.stringify({ ...metadata, eeg_channels: ["TP9", "TP10"] }));
  await expect(checkedSubjects(folder)).rejects.toThrow(/channels TP9 TP10, not TP9 AF7 AF8 TP10/);
});

test("files and hidden folders beside the subjects are left alone", async () => {
  const folder = join(temporary, "beside");
  cpSync(join(recordings, "subject_01_session_2"), join(folder, "a"), { recursive: true });
  mkdirSync(join(folder, ".git"));
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "README.md"), "about");
  expect(await checkedSubjects(folder)).toEqual(["a"]);
});

test("buckets are folders below a root, or S3 buckets of their own names", () => {
  expect(bucketUri("/data", "raw")).toBe("/data/p300-raw-data");
  expect(bucketUri("s3://", "raw")).toBe("s3://p300-raw-data");
  expect(bucketUri("s3:///demo/one/", "landing")).toBe("s3://p300-landing-zone/demo/one");
});
