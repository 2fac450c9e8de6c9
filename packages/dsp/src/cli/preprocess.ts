import { type Command, Option } from "commander";
import type { BaselineWindow } from "../baseline";
import type { Preprocessed, PreprocessOptions, PreprocessWork } from "../preprocess";
import { addReadingOptions, READABLE, type ReadingFlags, readingOptions, tellsMore } from "./reading";
import { parseNumber, parsePath, parsePositive, parsePositiveOrNone, parseWindow } from "./values";
import { naming } from "./run";

interface PreprocessFlags extends ReadingFlags {
  readonly out: string;
  readonly lowHz: number;
  readonly highHz: number;
  readonly tMin: number;
  readonly tMax: number;
  readonly baseline: BaselineWindow | "none";
  readonly rejectUv: number | "none";
  readonly resampleHz: number;
  readonly json?: boolean;
}

export function addPreprocess(program: Command): Command {
  const command = program
    .command("preprocess")
    .description("turn recordings into features.parquet, labels.parquet and summary.json")
    .argument("<file...>", `recordings: ${READABLE}; several go to DIR/<folder>_<stem>/`)
    .requiredOption("--out <dir>", "folder to write to", parsePath)
    .option("--low-hz <hz>", "lower edge of the band-pass", parsePositive, 1)
    .option("--high-hz <hz>", "upper edge of the band-pass", parsePositive, 20)
    .option("--t-min <seconds>", "first sample of an epoch, from the flash", parseNumber, -0.1)
    .option("--t-max <seconds>", "last sample of an epoch, from the flash", parseNumber, 0.6)
    .addOption(
      new Option("--baseline <from,to>", "window whose mean is subtracted, in seconds, or none")
        .argParser(parseWindow)
        .default([-0.1, 0], "-0.1,0"),
    )
    .option("--reject-uv <microvolts>", "drop epochs above this peak to peak, or none", parsePositiveOrNone, 100)
    .option("--resample-hz <hz>", "rate of the features", parsePositive, 100);
  return addReadingOptions(command).option("--json", "print the result as one line of JSON").action(run);
}

const orNull = <T>(value: T | "none"): T | null => (value === "none" ? null : value);

async function run(files: readonly string[], flags: PreprocessFlags, command: Command): Promise<void> {
  const { basename, dirname, extname, join, resolve } = await import("node:path");
  const { readChannels, writeFeatures } = await import("../parquet");
  const { writeFileWhole, writeFolderWhole } = await import("../write-whole");
  const { beginPreprocess, preprocess } = await import("../preprocess");

  const nameOf = (file: string): string => `${basename(dirname(resolve(file)))}_${basename(file, extname(file))}`;
  const names = files.map((file) => (files.length === 1 ? "" : nameOf(file)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    command.error(`p300-dsp: two of the files would both be written to ${join(flags.out, twice)}: name each once`);

  const options: PreprocessOptions = {
    lowHz: flags.lowHz,
    highHz: flags.highHz,
    tMinSeconds: flags.tMin,
    tMaxSeconds: flags.tMax,
    baseline: orNull(flags.baseline),
    rejectPeakToPeakMicrovolts: orNull(flags.rejectUv),
    resampleHz: flags.resampleHz,
  };
  const summaries: Summary[] = [];
  await writeFolderWhole(flags.out, "summary.json", async (temporary) => {
    for (const [i, file] of files.entries()) {
      const result = await naming(file, async (): Promise<Preprocessed> => {
        if (extname(file).toLowerCase() === ".parquet" && !tellsMore(flags)) {
          let work: PreprocessWork | undefined;
          await readChannels(file, (head) => (work = beginPreprocess(head, options)).addChannel);
          return work!.finish();
        }
        const { openRecording } = await import("../files");
        return preprocess(await openRecording(file, readingOptions(flags)), options);
      });
      const folder = join(temporary, names[i]!);
      await writeFeatures(folder, result.features, result.labels);
      const summary = summarise(file, result, flags);
      await writeFileWhole(join(folder, "summary.json"), `${JSON.stringify(summary)}\n`);
      summaries.push(summary);
    }
  });
  process.stdout.write(flags.json ? `${JSON.stringify(asResult(summaries))}\n` : render(summaries, flags.out));
}

function summarise(source: string, result: Preprocessed, flags: PreprocessFlags) {
  const { dropLog, labels } = result;
  const dropped: Record<string, number> = { amplitude: 0, no_data: 0, too_short: 0, ignored: 0 };
  for (const [reason] of dropLog)
    if (reason !== undefined)
      dropped[{ NO_DATA: "no_data", TOO_SHORT: "too_short", IGNORED: "ignored" }[reason] ?? "amplitude"]!++;
  const nTarget = labels.reduce((n, label) => n + (label === 2 ? 1 : 0), 0);
  return {
    version: 1,
    source,
    epochs_found: result.epochsFound,
    epochs_kept: result.epochsKept,
    kept: { non_target: labels.length - nTarget, target: nTarget },
    dropped,
    features: result.features.nFeatures,
    channels: result.channelNames,
    samples_per_channel: result.nTimes,
    sampling_rate_hz: result.sampleRateHz,
    t_min_seconds: result.tMinSeconds,
    options: {
      low_hz: flags.lowHz,
      high_hz: flags.highHz,
      t_min: flags.tMin,
      t_max: flags.tMax,
      baseline: orNull(flags.baseline),
      reject_uv: orNull(flags.rejectUv),
      resample_hz: flags.resampleHz,
    },
    kept_event_indices: Array.from(result.selection),
    drop_log: dropLog,
  };
}

type Summary = ReturnType<typeof summarise>;

function asResult(summaries: readonly Summary[]) {
  if (summaries.length === 1) return summaries[0];
  const sum = (key: "epochs_found" | "epochs_kept"): number => summaries.reduce((n, summary) => n + summary[key], 0);
  return {
    version: 1,
    epochs_found: sum("epochs_found"),
    epochs_kept: sum("epochs_kept"),
    features: summaries[0]!.features,
    recordings: summaries,
  };
}

function render(summaries: readonly Summary[], out: string): string {
  const lines = summaries.map(({ source, epochs_found, epochs_kept, features, channels, dropped }) => {
    const by = Object.entries(dropped)
      .filter(([, n]) => n > 0)
      .map(([reason, n]) => `${reason} ${n}`);
    const why = by.length > 0 ? ` (dropped: ${by.join(", ")})` : "";
    return `${source}: ${epochs_kept} of ${epochs_found} epochs kept${why}, ${channels.length} channels, ${features} features\n`;
  });
  return `${lines.join("")}written to ${out}\n`;
}
