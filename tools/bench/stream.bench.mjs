// The streaming pipeline at 16 channels and 512 Hz: its share of one core, in processor time, and how long after the last
// sample of an epoch its features are there, by the clock. MNE has no such pipeline to put beside it.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "./timing.mjs";

export const readmes = ["packages/dsp/README.md"];

const N_CHANNELS = 16;
const RATE_HZ = 512;
const SECONDS = 120;
const CHUNKS = [1, 16, 64, 256]; // samples; amplifiers send some 2 to 32 ms at a time

export default async function benchStream({ root }) {
  const { createStream } = await import(pathToFileURL(join(root, "packages/dsp/dist/stream.js")).href);
  const rows = [];
  for (const [name, filter] of [
    ["zero-phase FIR 1–20 Hz, 1691 taps", { kind: "fir", lowHz: 1, highHz: 20 }],
    ["causal IIR 1–20 Hz, order 4", { kind: "iir", lowHz: 1, highHz: 20 }],
  ]) {
    run(createStream, filter, CHUNKS[1]); // warms up
    const bySize = CHUNKS.map((chunk) => {
      const runs = Array.from({ length: 5 }, () => run(createStream, filter, chunk));
      return { ...runs[0], share: median(runs.map((one) => one.share)), p99: median(runs.map((one) => one.p99)) };
    });
    const share = Math.max(...bySize.map((one) => one.share));
    const p99 = Math.max(...bySize.map((one) => one.p99));
    const { delayMillis, bufferBytes, nEpochs } = bySize[0];
    const sizes = `the worst of chunks of ${CHUNKS.join(", ")} samples`;
    rows.push({
      what: `\`createStream\`, ${name}: share of one core`,
      ours: `${(100 * share).toFixed(1)} %`,
      note: `16 channels, 512 Hz, ${sizes}, ${nEpochs} epochs in ${SECONDS} s; buffers ${(bufferBytes / 1e6).toFixed(1)} MB; median of 5`,
    });
    rows.push({
      what: `the same, 99th percentile from the push that completes an epoch to its features`,
      ours: `${p99.toFixed(2)} ms`,
      note: `${sizes}, ${delayMillis > 0 ? `besides the filter's look-ahead, ${delayMillis.toFixed(0)} ms` : "no look-ahead"}`,
    });
  }
  return rows;
}

function run(createStream, filter, chunk) {
  const stream = createStream({
    sampleRateHz: RATE_HZ,
    channelNames: Array.from({ length: N_CHANNELS }, (_, i) => `C${i + 1}`),
    filter,
  });
  const latencies = [];
  const data = new Float64Array(N_CHANNELS * chunk);
  const before = process.cpuUsage();
  for (let from = 0; from < SECONDS * RATE_HZ; from += chunk) {
    const stim = new Int32Array(chunk);
    for (let i = 0; i < chunk; i++) {
      const t = from + i;
      if (t % 102 === 7) stim[i] = t % 612 === 7 ? 2 : 1; // a flash every 0.2 s
      data.copyWithin(
        N_CHANNELS * i,
        N_CHANNELS * ((7 * i + from) % chunk),
        N_CHANNELS * (((7 * i + from) % chunk) + 1),
      );
      data[i * N_CHANNELS + (t % N_CHANNELS)] = 20 * Math.sin(0.03 * t);
    }
    const began = performance.now();
    const epochs = stream.push({ data, interleaved: true, stim });
    const took = performance.now() - began;
    for (let i = 0; i < epochs.length; i++) latencies.push(took);
  }
  const { user, system } = process.cpuUsage(before);
  latencies.sort((a, b) => a - b);
  return {
    share: (user + system) / 1e6 / SECONDS,
    p99: latencies[Math.floor(0.99 * latencies.length)],
    delayMillis: (1000 * stream.delaySamples) / RATE_HZ,
    bufferBytes: stream.bufferBytes,
    nEpochs: latencies.length,
  };
}
