// Generates a subject's recording for each message { subject, seed, folder }; ends when the parent does.
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeRecording } from "@p300/dsp/parquet";
import { synthesize } from "@p300/dsp/synth";

process.on("message", async ({ subject, seed, folder }) => {
  try {
    await mkdir(folder, { recursive: true });
    const name = basename(folder).replace(/^\./, "");
    await writeRecording(join(folder, `${name}_eeg_stim.parquet`), synthesize({ subject, seed }), { float32: true });
    process.send({ error: null });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on("disconnect", () => process.exit(0));
