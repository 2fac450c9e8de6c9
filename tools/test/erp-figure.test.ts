// The code of docs/guides/erp-figure.md, taken from the page and run as a reader would run it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { averageEpochs, extractEpochs, filterFir, findEvents } from "@p300/dsp";
import { readRecording } from "@p300/dsp/parquet";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/guides/erp-figure.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "p300-figure-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });

test("the page's ten lines make the figure that it shows", async () => {
  const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!);
  expect(blocks).toHaveLength(1);
  const lines = blocks[0]!.trim().split("\n");
  expect(lines).toHaveLength(10);
  const command = /`npx p300-dsp (synth [^`]*)`/.exec(page)?.[1];
  expect(command).toBeDefined();

  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  const made = run(join(root, "packages/dsp/bin/p300-dsp.js"), ...command!.split(" "));
  expect([made.status, made.stderr]).toEqual([0, ""]);
  writeFileSync(join(folder, "figure.mjs"), blocks[0]!);
  const ran = run("figure.mjs");
  expect([ran.status, ran.stderr]).toEqual([0, ""]);

  const svg = readFileSync(join(folder, "erp.svg"), "utf8");
  const recording = filterFir(await readRecording(join(folder, "subject_04/subject_04_eeg_stim.parquet")), {
    lowHz: 1,
    highHz: 20,
  });
  const epochs = extractEpochs(recording, findEvents(recording), {
    tMinSeconds: -0.1,
    tMaxSeconds: 0.6,
    baseline: [-0.1, 0],
    rejectPeakToPeakMicrovolts: 100,
  });
  const [target, nonTarget] = [2, 1].map((code) => averageEpochs(epochs, { codes: [code] })) as [Averaged, Averaged];
  const start = target.channelNames.indexOf("Cz") * target.nTimes;
  let peak = 51; // the sample of the event
  const less = Array.from({ length: target.nTimes }, (_, t) => target.data[start + t]! - nonTarget.data[start + t]!);
  for (let t = peak; t < less.length; t++) if (Math.abs(less[t]!) > Math.abs(less[peak]!)) peak = t;
  const latency = Math.round((target.tMinSeconds + peak / target.sampleRateHz) * 1000);
  expect(svg).toContain(`Target n=${target.nAve}`);
  expect(svg).toContain(`NonTarget n=${nonTarget.nAve}`);
  expect(svg).toContain(`their difference is largest at ${latency} ms, ${less[peak]!.toFixed(1)} µV`);

  const shown = readFileSync(join(root, "docs/guides/erp-figure.svg"), "utf8");
  const saysOf = (text: string) => /<desc[^>]*>([^<]*)/.exec(text)?.[1];
  expect(
    saysOf(shown),
    "docs/guides/erp-figure.svg is out of date: run the page's code and put its erp.svg there",
  ).toBe(saysOf(svg));
});

type Averaged = ReturnType<typeof averageEpochs>;
