// `p300-dsp preprocess` and `p300-lda train` on real recordings, as a user runs them, against MNE and scikit-learn.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readFeatures } from "@p300/dsp/parquet";
import { afterAll, describe, expect, test } from "vitest";

interface Fingerprint {
  shape: [number, number];
  kept: number;
  l2: number;
  sum_abs: number;
  max_abs: number;
  first5: number[];
  last5: number[];
}
interface Mode {
  recordings: Record<string, Record<string, Fingerprint>>;
  seed_split: Record<string, Record<"auc" | "accuracy" | "kappa" | "tn" | "fp" | "fn" | "tp", number>>;
}
const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const results = JSON.parse(readFileSync(join(root, "tools/recordings/muse-p300-results.json"), "utf8")) as Record<
  "reject_100uV" | "no_rejection",
  Mode
>;
// All three sessions lie beside some checkouts; two of them are committed.
const data = ["../shared/data/muse-p300", "tools/recordings/muse-p300"]
  .map((path) => join(root, path))
  .find(existsSync)!;
const temporary = mkdtempSync(join(tmpdir(), "p300-recordings-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

async function command(name: "p300-dsp" | "p300-lda", ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, "packages", name.slice(5), "bin", `${name}.js`), ...args]);
  return stdout;
}

for (const [mode, rejectUv] of [
  ["reject_100uV", "100"],
  ["no_rejection", "none"],
] as const) {
  const sessions = Object.entries(results[mode].recordings).filter(([session]) => existsSync(join(data, session)));

  test(`there are recordings to compare (${mode})`, () => expect(sessions.length).toBeGreaterThanOrEqual(2));

  describe.each(sessions)(`%s, ${mode}`, (session, runs) => {
    const names = Object.keys(runs);
    const outs = names.map((name) => join(temporary, mode, session, name));

    test.each(Object.entries(runs))("the features of %s are MNE's", async (name, wanted) => {
      const out = join(temporary, mode, session, name);
      await command(
        "p300-dsp",
        "preprocess",
        join(data, session, `${name}_eeg_stim.parquet`),
        "--out",
        out,
        "--reject-uv",
        rejectUv,
      );
      const { features } = await readFeatures(out);
      expect([features.nRows, features.nFeatures]).toEqual(wanted.shape);
      const volts = features.data.map((value) => value * 1e-6);
      const relative = (got: number, want: number, scale = want) => Math.abs(got - want) / scale;
      expect(relative(Math.sqrt(volts.reduce((sum, v) => sum + v * v, 0)), wanted.l2)).toBeLessThan(1e-9);
      expect(
        relative(
          volts.reduce((sum, v) => sum + Math.abs(v), 0),
          wanted.sum_abs,
        ),
      ).toBeLessThan(1e-9);
      for (const [i, want] of wanted.first5.entries())
        expect(relative(volts[i]!, want, wanted.max_abs)).toBeLessThan(1e-9);
      for (const [i, want] of wanted.last5.entries())
        expect(relative(volts[volts.length - 5 + i]!, want, wanted.max_abs)).toBeLessThan(1e-9);
    });

    test("the split's scores are scikit-learn's", async () => {
      const model = join(temporary, mode, session, "model");
      const printed = await command(
        "p300-lda",
        "train",
        ...outs,
        "--standardize",
        "--test-size",
        "0.2",
        "--seed",
        "42",
        "--out",
        model,
        "--json",
      );
      const scores = JSON.parse(printed) as Record<string, number>;
      const wanted = results[mode].seed_split[session]!;
      for (const name of ["auc", "accuracy", "kappa", "tn", "fp", "fn", "tp"] as const)
        expect(Math.abs(scores[name]! - wanted[name]), name).toBeLessThan(1e-9);
    });
  });
}
