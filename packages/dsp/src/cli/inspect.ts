import type { Command } from "commander";
import type { Recording } from "../recording";
import { addReadingOptions, READABLE, type ReadingFlags, readingOptions } from "./reading";

export function addInspect(program: Command): Command {
  const command = program
    .command("inspect")
    .description("tell what is in a recording")
    .argument("<file>", `a recording: ${READABLE}`);
  return addReadingOptions(command).option("--json", "print it as one line of JSON").action(run);
}

async function run(file: string, flags: ReadingFlags & { readonly json?: boolean }): Promise<void> {
  const { openRecordingFile } = await import("../files");
  const { findEvents } = await import("../events");
  const { recording, format, otherColumns } = await openRecordingFile(file, readingOptions(flags));
  const events = findEvents(recording);
  const byCode: Record<string, number> = {};
  for (const code of events.codes) byCode[code] = (byCode[code] ?? 0) + 1;
  const report = {
    version: 1,
    source: file,
    format,
    sampling_rate_hz: recording.sampleRateHz,
    samples: recording.nSamples,
    seconds: recording.nSamples / recording.sampleRateHz,
    channels: recording.channelNames.map((name, i) => ({ name, ...describe(recording, i) })),
    other_columns: otherColumns,
    stim_codes: recording.stimCodes ?? { 0: "none", 1: "NonTarget", 2: "Target" },
    events: { total: events.nEvents, by_code: byCode, first_sample: events.samples[0] ?? null },
    annotations: recording.annotations?.length ?? 0,
  };
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : render(report));
}

/** Mean, standard deviation and range of a channel's finite samples, and how many are not finite. */
function describe({ data, nSamples }: Recording, channel: number) {
  const row = data.subarray(channel * nSamples, (channel + 1) * nSamples);
  let n = 0;
  let mean = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const value of row) {
    if (!Number.isFinite(value)) continue;
    n++;
    const delta = value - mean;
    mean += delta / n;
    squares += delta * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const finite = n > 0;
  return {
    mean_uv: finite ? mean : null,
    sd_uv: finite ? Math.sqrt(squares / n) : null,
    min_uv: finite ? min : null,
    max_uv: finite ? max : null,
    not_finite: nSamples - n,
  };
}

interface Report {
  readonly source: string;
  readonly format: string;
  readonly annotations: number;
  readonly sampling_rate_hz: number;
  readonly samples: number;
  readonly seconds: number;
  readonly channels: readonly ({ readonly name: string } & ReturnType<typeof describe>)[];
  readonly other_columns: readonly string[];
  readonly stim_codes: Readonly<Record<string, string>>;
  readonly events: { readonly total: number; readonly by_code: Readonly<Record<string, number>> };
}

function render(report: Report): string {
  const cell = (value: number | null): string => (value === null ? "-" : value.toFixed(1)).padStart(10);
  const events = Object.entries(report.events.by_code).map(
    ([code, n]) => `${n} ${report.stim_codes[code] ?? `of code ${code}`}`,
  );
  const width = Math.max(7, ...report.channels.map(({ name }) => name.length));
  return [
    `${report.source} (${report.format})`,
    `${report.samples} samples at ${report.sampling_rate_hz} Hz, ${report.seconds.toFixed(1)} s`,
    `${report.events.total} events${events.length > 0 ? `: ${events.join(", ")}` : ""}`,
    ...(report.annotations > 0 ? [`${report.annotations} annotations`] : []),
    ...(report.other_columns.length > 0 ? [`other channels: ${report.other_columns.join(", ")}`] : []),
    `${"channel".padEnd(width)}${["mean µV", "sd", "min", "max"].map((head) => head.padStart(10)).join("")}`,
    ...report.channels.map(({ name, mean_uv, sd_uv, min_uv, max_uv, not_finite }) => {
      const bad = not_finite > 0 ? `  ${not_finite} samples are not finite` : "";
      return `${name.padEnd(width)}${cell(mean_uv)}${cell(sd_uv)}${cell(min_uv)}${cell(max_uv)}${bad}`;
    }),
    "",
  ].join("\n");
}
