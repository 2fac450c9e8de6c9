import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { version } from "../../package.json";
import { analyseRecording } from "../../src/plots";
import { readRecording, writeRecording } from "../../src/parquet";
import { encodeEdf } from "../../src/readers";
import { makeRecording } from "../arbitraries";
import { temporaryFolder } from "../temporary";

const bin = fileURLToPath(new URL("../../bin/p300-dsp.js", import.meta.url));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "report", ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const quiet = makeRecording({ nSamples: 6000 });
/** With an artefact in the first channel's first seconds. */
const recording = { ...quiet, data: quiet.data.map((x, i) => (i < 1000 ? 10 * x : x)) };

test("writes a page and prints its figures, for Parquet and for EDF", async () => {
  const folder = temporaryFolder();
  const parquet = join(folder, "run.parquet");
  const edf = join(folder, "run.edf");
  await writeRecording(parquet, recording);
  writeFileSync(edf, encodeEdf(recording));
  const want = analyseRecording(await readRecording(parquet), { rejectPeakToPeakMicrovolts: 90, lowHz: 2 });
  for (const file of [parquet, edf]) {
    const out = join(folder, "new", "report.html");
    const { status, stdout, stderr } = run(file, "--out", out, "--reject-uv", "90", "--low-hz", "2", "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      source: file,
      out,
      epochs_found: want.events.nEvents,
      epochs_kept: want.epochs!.nEpochs,
      kept: { target: want.target!.nAve, non_target: want.nonTarget!.nAve },
      warnings: want.warnings,
    });
    expect(want.epochs!.nEpochs).toBeLessThan(want.events.nEvents);
    const page = readFileSync(out, "utf8");
    expect(page).toContain("above 90 µV peak to peak");
    expect(page).toContain("2 to 20 Hz");
    expect(page).toContain(`Made by p300-dsp ${version}.`);
    expect(page.endsWith("</html>\n")).toBe(true);
    expect(readdirSync(join(folder, "new"))).toEqual(["report.html"]);
  }
});

test("says in words what it found", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "run.parquet");
  await writeRecording(file, { ...recording, stim: new Int32Array(6000) });
  const { status, stdout } = run(file, "--out", join(folder, "report.html"), "--title", "My <subject>");
  expect(status).toBe(0);
  expect(stdout).toContain("0 of 0 epochs kept");
  expect(stdout).toContain("warning: The stim channel holds no event");
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<h1>My &lt;subject&gt;</h1>");
});

test("fails with one line, and leaves what was there", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "run.parquet");
  const out = join(folder, "report.html");
  await writeRecording(file, recording);
  const good = join(folder, "good.parquet");
  await writeRecording(good, recording);
  writeFileSync(out, "before");
  truncateSync(file, 3000);
  mkdirSync(join(folder, "folder"));
  for (const [args, words] of [
    [[file, "--out", out], "is a truncated Parquet file"],
    [[join(folder, "none.parquet"), "--out", out], "no such file"],
    [[good, "--out", out, "--high-hz", "64"], "band 1 to 64 Hz"],
    [[good, "--out", join(folder, "folder")], "is a folder"],
  ] as const) {
    const before = readdirSync(folder).sort();
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout, lines: stderr.split("\n").length }).toEqual({ status: 1, stdout: "", lines: 2 });
    expect(stderr).toContain(words);
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readFileSync(out, "utf8")).toBe("before");
  }
});

test("is misused without a file, without --out, or with what is no number", () => {
  for (const args of [[], ["x.parquet"], ["x.parquet", "--out", "r.html", "--reject-uv", "much"]])
    expect(run(...args).status).toBe(2);
});
