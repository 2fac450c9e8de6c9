// The work itself, off the page's own thread, so that the page stays alive while it computes.
import { analyseRecording, renderReport } from "@p300/dsp/plots";
import { decodeRecording } from "@p300/dsp/readers";
import type { Answer, Job } from "./messages";

// TypeScript's types of a worker and of a page exclude each other; this is the little that a worker needs.
const scope = globalThis as unknown as {
  addEventListener(type: "message", listener: (event: MessageEvent<Job>) => void): void;
  postMessage(answer: Answer): void;
};
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's messages have none
const tell = (answer: Answer): void => scope.postMessage(answer);

scope.addEventListener("message", ({ data: job }) => {
  void work(job).then(tell);
});

async function work(job: Job): Promise<Answer> {
  const { id, name, file, companions, options } = job;
  const say = (stage: string): void => tell({ id, kind: "progress", stage });
  try {
    say("reading");
    const bytes = await bytesOf(file);
    const beside: Record<string, Uint8Array> = {};
    for (const companion of companions) beside[companion.name] = await bytesOf(companion);
    const metadata = await metadataOf(job);
    const recording = await decodeRecording(name, bytes, { companions: beside, metadata });
    say("filtering and averaging");
    const analysis = analyseRecording(recording, options);
    say("drawing");
    const html = renderReport(analysis, { generator: "@p300/dsp in the browser" });
    const { events, epochs, warnings } = analysis;
    const looks = warnings.length === 0 ? "" : `, ${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`;
    return { id, kind: "done", html, summary: `${epochs?.nEpochs ?? 0} of ${events.nEvents} epochs kept${looks}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = (error as { code?: unknown }).code;
    // No rate was found; a rate that is wrong is another matter.
    const wanted = code === "ERR_DSP_SAMPLE_RATE" && (error as { sampleRateHz?: unknown }).sampleRateHz === undefined;
    return wanted
      ? { id, kind: "rate-wanted", message: `${name} does not tell its sampling rate.` }
      : { id, kind: "failed", message: message.startsWith(name) ? message : `${name}: ${message}` };
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new Error("cannot be read: is it a folder, or has it changed since it was chosen?", { cause });
  }
}

/** What metadata.json and the user say, together. */
async function metadataOf({ metadata, sampleRateHz }: Job): Promise<unknown> {
  let json: unknown;
  if (metadata) {
    try {
      json = JSON.parse(await metadata.text());
    } catch (cause) {
      throw new Error("metadata.json is not valid JSON: correct it, or leave it out", { cause });
    }
  }
  if (sampleRateHz === null) return json;
  return { ...(typeof json === "object" && json !== null ? json : {}), sampling_rate_hz: sampleRateHz };
}
