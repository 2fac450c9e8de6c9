import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { preprocess } from "@p300/dsp";
import { readRecording } from "@p300/dsp/parquet";
import { joinEpochs, type Epochs } from "@p300/lda/recipes";
import { BenchmarkError } from "./options";

/** All epochs of one folder: a session of a subject, or all there is of it. */
export interface Session {
  readonly name: string;
  /** The name without its session. */
  readonly subject: string;
  readonly epochs: Epochs;
  readonly labels: Int32Array;
}

/** Reads each folder below `dir`; its files, in name order, are filtered each by itself and their epochs put together.
 * @throws {BenchmarkError} */
export async function readSessions(
  dir: string,
  { rejectUv, onSession }: { rejectUv: number | null; onSession?: (name: string) => void },
): Promise<Session[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    throw new BenchmarkError(`${dir} can't be read (${error.code}): give a folder with a folder a session or subject`);
  });
  const sessions: Session[] = [];
  for (const name of names.toSorted()) {
    if (name.startsWith(".") || !(await stat(join(dir, name))).isDirectory()) continue;
    const files = (await readdir(join(dir, name))).filter((file) => file.endsWith(".parquet")).toSorted();
    if (files.length === 0) continue;
    onSession?.(name);
    const parts = await Promise.all(files.map((file) => readEpochs(join(dir, name, file), rejectUv)));
    const session: Session = {
      name,
      subject: name.replace(/_session_\w+$/, ""),
      epochs: joined(name, parts),
      labels: Int32Array.from(parts.flatMap(({ labels }) => Array.from(labels))),
    };
    checkAlike(sessions[0], session);
    sessions.push(session);
  }
  if (sessions.length === 0) throw new BenchmarkError(`${dir} holds no folder with Parquet recordings`);
  return sessions;
}

async function readEpochs(file: string, rejectUv: number | null): Promise<{ epochs: Epochs; labels: Int32Array }> {
  const { features, labels, epochsKept, channelNames, nTimes } = preprocess(await readRecording(file), {
    rejectPeakToPeakMicrovolts: rejectUv,
  });
  return { epochs: { data: features.data, nEpochs: epochsKept, nChannels: channelNames.length, nTimes }, labels };
}

function joined(name: string, parts: readonly { epochs: Epochs }[]): Epochs {
  try {
    return joinEpochs(parts.map(({ epochs }) => epochs));
  } catch (error) {
    throw new BenchmarkError(`the runs of ${name} differ: ${(error as Error).message}`, { cause: error });
  }
}

function checkAlike(first: Session | undefined, session: Session): void {
  if (first === undefined) return;
  for (const count of ["nChannels", "nTimes"] as const)
    if (session.epochs[count] !== first.epochs[count])
      throw new BenchmarkError(
        `${session.name} has ${session.epochs[count]} ${count === "nTimes" ? "times an epoch" : "channels"}, ${first.name} ${first.epochs[count]}: one montage and rate is needed`,
      );
}
