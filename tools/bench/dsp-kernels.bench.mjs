// Each routine of @p300/dsp beside SciPy's or MNE's on arrays of the same shape, warm, one thread each, in turn.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { alternate } from "./timing.mjs";

const SCRIPT = fileURLToPath(new URL("./dsp_kernels.py", import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
const RATE = 512;
const N = 153_600;

export const readmes = ["packages/dsp/README.md"];

export default async function benchKernels({ root, python }) {
  const entry = (name) => import(pathToFileURL(join(root, "packages", "dsp", "dist", `${name}.js`)).href);
  const dsp = Object.assign({}, ...(await Promise.all(["index", "filters", "resampling", "spectra"].map(entry))));
  const peer = python && existsSync(python) ? await startPeer(python) : null;
  try {
    const rows = [];
    for (const [what, name, by, times, ours] of routines(dsp)) {
      const theirs = peer ? () => peer.run(name, times) : null;
      const result = await alternate(5, async () => timeOf(ours, times), theirs);
      rows.push({
        what,
        ours: `${digits(result.ours)} ms`,
        theirs: peer ? `${by} ${digits(result.theirs)} ms` : "(not here)",
        ratio: peer ? result.ratio : undefined,
        note: "warm, median of 5, one thread each",
      });
    }
    return rows;
  } finally {
    peer?.stop();
  }
}

const digits = (millis) => millis.toPrecision(3);

/** What, the peer's name for it, who the peer is, how often a turn runs it, and ours. */
function routines(dsp) {
  const x16 = noise(16 * N);
  const x1 = x16.subarray(0, N);
  const x64 = noise(64 * 30_720);
  const epochs = noise(851 * 16 * 359);
  const band = { lowHz: 1, highHz: 20, sampleRateHz: RATE };
  const taps = () => dsp.designFir(band);
  const sos = dsp.designButterworth({ order: 4, ...band });
  const stim = new Int32Array(N);
  for (let i = 0; i < 853; i++) stim[300 + 179 * i] = 1;
  const channelNames = Array.from({ length: 16 }, (_, i) => `E${i}`);
  const recording = { data: x16, nChannels: 16, nSamples: N, sampleRateHz: RATE, channelNames, stim };
  const events = dsp.findEvents(recording);
  const cut = { tMinSeconds: -0.1, tMaxSeconds: 0.6, baseline: [-0.1, 0], rejectPeakToPeakMicrovolts: 1e6 };
  const welch = (nPerSegment) => dsp.welch(x16, N, { sampleRateHz: RATE, nPerSegment });
  const fir = (data, n, more = {}) => dsp.filterRows(data, n, dsp.designFir({ ...band, ...more }));
  return [
    ["FIR design, 1–20 Hz", "fir-design", "MNE", 20, taps],
    ["Butterworth design, order 4", "iir-design", "SciPy", 50, () => dsp.designButterworth({ order: 4, ...band })],
    ["FIR zero-phase, 16 channels × 300 s", "fir-16", "MNE", 1, () => fir(x16, N)],
    ["the same by `fftconvolve`", "fir-16-fftconvolve", "SciPy", 1, () => fir(x16, N)],
    ["FIR zero-phase, 1 channel × 300 s", "fir-1", "MNE", 5, () => fir(x1, N)],
    ["FIR zero-phase, 64 channels × 60 s", "fir-64", "MNE", 1, () => fir(x64, 30_720)],
    ["FIR zero-phase, 0.1–20 Hz, 16,897 taps", "fir-long", "MNE", 1, () => fir(x16, N, { lowHz: 0.1 })],
    ["`sosfilt`, 4 sections, 16 channels × 300 s", "sosfilt-16", "SciPy", 2, () => dsp.sosFilter(x16, N, sos)],
    ["`sosfilt`, 1 channel × 300 s", "sosfilt-1", "SciPy", 10, () => dsp.sosFilter(x1, N, sos)],
    ["`sosfiltfilt`, 16 channels × 300 s", "sosfiltfilt-16", "SciPy", 1, () => dsp.sosFiltFilt(x16, N, sos)],
    ["FFT resampling 512 → 100 Hz, 16 × 300 s", "fft-resample", "SciPy", 2, () => dsp.resampleFourier(x16, N, 30_000)],
    [
      "polyphase 512 → 100 Hz, 16 × 300 s",
      "polyphase",
      "SciPy",
      1,
      () => dsp.resamplePoly(x16, N, { up: 25, down: 128 }),
    ],
    [
      "epochs 512 → 100 Hz, 851 × 16 × 359",
      "epochs-resample",
      "MNE",
      1,
      () => dsp.resampleRows(epochs, 359, RATE, 100),
    ],
    ["Welch, segments of 512, 16 × 300 s", "welch-512", "SciPy", 1, () => welch(512)],
    ["Welch, segments of 2048", "welch-2048", "SciPy", 1, () => welch(2048)],
    ["spectrogram", "spectrogram", "SciPy", 1, () => dsp.spectrogram(x16, N, { sampleRateHz: RATE })],
    ["`find_events`, 853 events", "find-events", "MNE", 10, () => dsp.findEvents(recording)],
    [
      "epochs with baseline and rejection, 851 × 16 × 359",
      "epochs",
      "MNE",
      1,
      () => dsp.extractEpochs(recording, events, cut),
    ],
  ];
}

/** The same noise each time, microvolts. */
function noise(n) {
  let state = 1;
  return Float64Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 20 * (state / 2 ** 32 - 0.5);
  });
}

function timeOf(routine, times) {
  const began = performance.now();
  for (let i = 0; i < times; i++) routine();
  return (performance.now() - began) / times;
}

/** One Python process, told over stdin what to run. */
async function startPeer(python) {
  const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...ONE_THREAD } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${SCRIPT} ended`);
    return value;
  };
  await answer(); // ready
  return {
    async run(name, times) {
      child.stdin.write(`${name} ${times}\n`);
      return Number(await answer());
    },
    stop: () => child.stdin.end("quit\n"),
  };
}
