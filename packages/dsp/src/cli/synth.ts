import type { Command } from "commander";
import { parseCount, parsePath, parseWhole } from "./values";

interface SynthFlags {
  readonly subjects: number;
  readonly out: string;
  readonly seed: number;
  readonly json?: boolean;
}

export function addSynth(program: Command): Command {
  return program
    .command("synth")
    .description("make up recordings shaped like bi2014a: 16 electrodes, 512 Hz, 576 flashes")
    .requiredOption("--subjects <n>", "how many subjects; 1 to 15 are the reference cohort", parseCount)
    .requiredOption("--out <dir>", "folder to write subject_NN/subject_NN_eeg_stim.parquet into", parsePath)
    .option("--seed <n>", "moves the noise, and the subjects after the 15th", parseWhole, 0)
    .option("--json", "print what was written as one line of JSON")
    .action(run);
}

async function run({ subjects, out, seed, json }: SynthFlags): Promise<void> {
  const { join } = await import("node:path");
  const { writeRecording } = await import("../parquet");
  const { GENERATOR_VERSION, synthesize } = await import("../synth");
  const written: { subject: number; file: string; events: number }[] = [];
  for (let subject = 1; subject <= subjects; subject++) {
    if (process.stderr.isTTY) process.stderr.write(`\rsubject ${subject} of ${subjects} `);
    const recording = synthesize({ subject, seed });
    const name = `subject_${String(subject).padStart(2, "0")}`;
    const file = join(out, name, `${name}_eeg_stim.parquet`);
    await writeRecording(file, recording, {
      float32: true,
      metadata: { subject, seed, generator: `@p300/dsp synth ${GENERATOR_VERSION}` },
    });
    written.push({ subject, file, events: recording.stim.reduce((n, code) => n + (code === 0 ? 0 : 1), 0) });
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const result = { version: 1, seed, generator_version: GENERATOR_VERSION, recordings: written };
  process.stdout.write(
    json
      ? `${JSON.stringify(result)}\n`
      : `${written.map(({ file, events }) => `${file}: ${events} events\n`).join("")}`,
  );
}
