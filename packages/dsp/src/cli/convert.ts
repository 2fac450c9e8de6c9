import type { Command } from "commander";
import { addReadingOptions, READABLE, type ReadingFlags, readingOptions } from "./reading";
import { parsePath } from "./values";

interface ConvertFlags extends ReadingFlags {
  readonly out: string;
  readonly float32?: boolean;
  readonly json?: boolean;
}

export function addConvert(program: Command): Command {
  const command = program
    .command("convert")
    .description("write a recording in another format")
    .argument("<file>", `a recording: ${READABLE}`)
    .requiredOption("--out <file>", "where to, by its ending: .parquet, .csv, .tsv, .edf, .bdf or .vhdr", parsePath)
    .option("--float32", "four bytes a sample in Parquet");
  return addReadingOptions(command).option("--json", "print what was written as one line of JSON").action(run);
}

async function run(file: string, flags: ConvertFlags): Promise<void> {
  const { openRecordingFile, saveRecording } = await import("../files");
  const { recording, format, otherColumns } = await openRecordingFile(file, readingOptions(flags));
  const written = await saveRecording(flags.out, recording, { float32: flags.float32 });
  const { channelNames, nSamples, sampleRateHz, annotations = [] } = recording;
  const result = {
    version: 1,
    source: file,
    format,
    written,
    channels: channelNames,
    samples: nSamples,
    sampling_rate_hz: sampleRateHz,
    annotations: annotations.length,
    left_out: otherColumns,
  };
  const leftOut = otherColumns.length > 0 ? `left out, as no EEG: ${otherColumns.join(", ")}\n` : "";
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(result)}\n`
      : `${file} (${format}): ${channelNames.length} channels, ${nSamples} samples at ${sampleRateHz} Hz\n${leftOut}written to ${written.join(", ")}\n`,
  );
}
