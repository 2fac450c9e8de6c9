import { type Command, Option } from "commander";
import type { BaselineWindow } from "../baseline";
import type { AnalyseOptions, RecordingAnalysis } from "../report/analyse";
import { addReadingOptions, READABLE, type ReadingFlags, readingOptions } from "./reading";
import { parseNumber, parsePath, parsePositive, parsePositiveOrNone, parseWindow } from "./values";
import { naming } from "./run";

interface ReportFlags extends ReadingFlags {
  readonly out: string;
  readonly lowHz: number;
  readonly highHz: number;
  readonly tMin: number;
  readonly tMax: number;
  readonly baseline: BaselineWindow | "none";
  readonly rejectUv: number | "none";
  readonly resampleHz?: number;
  readonly title?: string;
  readonly json?: boolean;
}

export function addReport(program: Command): Command {
  const command = program
    .command("report")
    .description("write an ERP report of a recording, one self-contained HTML page")
    .argument("<file>", `a recording: ${READABLE}`)
    .requiredOption("--out <file>", "page to write", parsePath)
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
    .option("--resample-hz <hz>", "rate of the averages (default: the recording's)", parsePositive)
    .option("--title <text>", "heading of the page (default: the file's name)");
  return addReadingOptions(command).option("--json", "print the figures as one line of JSON").action(run);
}

const orNull = <T>(value: T | "none"): T | null => (value === "none" ? null : value);

async function run(file: string, flags: ReportFlags, command: Command): Promise<void> {
  const { openRecording } = await import("../files");
  const { writeFileWhole } = await import("../write-whole");
  const { analyseRecording } = await import("../report/analyse");
  const { renderReport } = await import("../report/render");
  const recording = await openRecording(file, readingOptions(flags));
  const options: AnalyseOptions = {
    lowHz: flags.lowHz,
    highHz: flags.highHz,
    tMinSeconds: flags.tMin,
    tMaxSeconds: flags.tMax,
    baseline: orNull(flags.baseline),
    rejectPeakToPeakMicrovolts: orNull(flags.rejectUv),
    resampleHz: flags.resampleHz,
  };
  const analysis = await naming(file, () => analyseRecording(recording, options));
  const generator = `p300-dsp ${command.parent?.version() ?? ""}`.trim();
  await writeFileWhole(flags.out, renderReport(analysis, { title: flags.title, generator }));
  const result = summarise(file, flags.out, analysis);
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : render(result));
}

function summarise(source: string, out: string, analysis: RecordingAnalysis) {
  const { recording, events, epochs, target, nonTarget, best, warnings, channels, dropLog } = analysis;
  return {
    version: 1,
    source,
    out,
    sampling_rate_hz: recording.sampleRateHz,
    samples: recording.nSamples,
    epochs_found: events.nEvents,
    epochs_kept: epochs?.nEpochs ?? 0,
    kept: { non_target: nonTarget?.nAve ?? 0, target: target?.nAve ?? 0 },
    clearest: best.slice(0, 4).map((one) => ({
      channel: one.channelName,
      latency_seconds: one.latencySeconds,
      amplitude_uv: one.amplitudeMicrovolts,
      standard_errors: one.standardErrors,
    })),
    channels: channels.map((channel) => ({
      name: channel.name,
      not_finite: channel.nNotFinite,
      sd_uv: channel.sdMicrovolts,
      span_uv: channel.spanMicrovolts,
      flat_share: channel.flatShare,
      clipped_share: channel.clippedShare,
      mains_hz: channel.mains?.hz ?? null,
      mains_db: channel.mains?.decibel ?? null,
      dropped: channel.nDropped,
      remarks: channel.remarks,
    })),
    warnings,
    drop_log: dropLog,
  };
}

function render({
  source,
  out,
  epochs_found,
  epochs_kept,
  kept,
  clearest,
  warnings,
}: ReturnType<typeof summarise>): string {
  const [first] = clearest;
  return [
    `${source}: ${epochs_kept} of ${epochs_found} epochs kept (${kept.target} target, ${kept.non_target} non-target)`,
    ...(first
      ? [
          `clearest difference: ${first.amplitude_uv.toFixed(1)} µV at ${first.channel}, ${(first.latency_seconds * 1000).toFixed(0)} ms`,
        ]
      : []),
    ...warnings.map((warning) => `warning: ${warning}`),
    `written to ${out}`,
    "",
  ].join("\n");
}
