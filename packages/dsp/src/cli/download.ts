import { Argument, type Command, InvalidArgumentError } from "commander";
import { parsePath } from "./values";

interface DownloadFlags {
  readonly out: string;
  readonly subjects?: readonly number[];
  readonly baseUrl?: string;
  readonly keepArchives?: boolean;
  readonly json?: boolean;
}

export function addDownload(program: Command): Command {
  return program
    .command("download")
    .description("download a public data set and convert it to Parquet; what was broken off is gone on with")
    .addArgument(new Argument("<dataset>", "bi2014a: 64 subjects, from Zenodo").choices(["bi2014a"]))
    .requiredOption("--out <dir>", "folder to write subject_NN/subject_NN_eeg_stim.parquet into", parsePath)
    .option("--subjects <list>", "which of them, as in 1,2,5-8; all when absent", parseSubjects)
    .option("--base-url <url>", "a mirror of https://zenodo.org")
    .option("--keep-archives", "leave the downloaded archives in DIR/archives")
    .option("--json", "print what was done as one line of JSON")
    .action(run);
}

async function run(dataset: "bi2014a", flags: DownloadFlags): Promise<void> {
  const { downloadDataset } = await import("../download");
  const { out, subjects, baseUrl, keepArchives, json } = flags;
  const shown = process.stderr.isTTY;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  let last = 0;
  const result = await downloadDataset(dataset, {
    out,
    subjects,
    baseUrl,
    keepArchives,
    ...(shown
      ? {
          onSubject: ({ subject, index, of, bytesDone, bytes }) => {
            if (Date.now() - last < 100 && bytesDone < bytes) return;
            last = Date.now();
            process.stderr.write(
              `\r\u001b[Ksubject ${subject} (${index + 1} of ${of}): ${megabytes(bytesDone)} of ${megabytes(bytes)} MB`,
            );
          },
        }
      : {}),
  }).finally(() => {
    if (shown) process.stderr.write("\r\u001b[K");
  });
  const lines = result.subjects.map(
    ({ file, status, events }) => `${file}: ${status === "present" ? "there already" : `${events} events`}\n`,
  );
  process.stdout.write(json ? `${JSON.stringify({ version: 1, ...result })}\n` : lines.join(""));
}

/** "1,2,5-8" */
function parseSubjects(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const match = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (!match || from < 1 || to < from) throw new InvalidArgumentError("It must be numbers, as in 1,2,5-8.");
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
