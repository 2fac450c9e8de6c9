import { Worker } from "node:worker_threads";
import { OptionError } from "./errors";
import type { LinearDiscriminantAnalysis } from "./lda";
import { DENSE_WASM } from "./linalg/dense-wasm";
import type { Matrix } from "./matrix";
import { scatterOf, type CentredRows } from "./scatter";

export interface ParallelOptions {
  /** Threads beside this one, 1 to 64. Default 2. */
  readonly workers?: number;
}

/** Fits as `lda.fit(x, y)` does, the Gram matrices computed by worker threads, each from its share of the rows, which
 * they read from shared memory. This thread stays free meanwhile. Coefficients differ from those of `fit` in the last
 * digits (1e-12), as sums are taken in another order.
 * @returns `lda`, fitted. @throws {OptionError} for `workers`; and as `fit`. Where threads or WebAssembly's vectors are
 * not to be had it fits as `fit` does. */
export async function fitParallel(
  lda: LinearDiscriminantAnalysis,
  x: Matrix,
  y: ArrayLike<number>,
  { workers: count = 2 }: ParallelOptions = {},
): Promise<LinearDiscriminantAnalysis> {
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new OptionError("workers", count, "an integer from 1 to 64");
  const threads = Array.from({ length: count }, () => new Thread());
  try {
    const shared = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
    const steps = lda.fitSteps(x, y, shared);
    let step = steps.next();
    while (!step.done) step = steps.next(await scatterBy(threads, step.value));
    return lda;
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

async function scatterBy(threads: readonly Thread[], centred: CentredRows): Promise<Float64Array> {
  const { data, nRows, nFeatures } = centred;
  const sums = threads.map(() => new Float64Array(new SharedArrayBuffer(8 * nFeatures * nFeatures)));
  const done = await Promise.all(
    threads.map((thread, t) => {
      const [from, to] = [t, t + 1].map((share) => Math.round((nRows * share) / threads.length)) as [number, number];
      return thread.addGram({ data, from, to, nFeatures, sums: sums[t]! });
    }),
  );
  if (!done.every(Boolean)) return scatterOf(centred);
  const out = new Float64Array(nFeatures * nFeatures);
  for (let i = 0; i < nFeatures; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (const part of sums) sum += part[i * nFeatures + j]!;
      out[i * nFeatures + j] = out[j * nFeatures + i] = sum / nRows;
    }
  return out;
}

interface GramJob {
  /** Rows in shared memory, of which [from, to) are this thread's. */
  readonly data: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly nFeatures: number;
  /** nFeatures × nFeatures, in shared memory: the lower triangle is written. */
  readonly sums: Float64Array;
}

// As text, so that no bundler has to find a file for it. 512 rows at a time go to the module's memory.
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const module_ = new WebAssembly.Module(Buffer.from(workerData, "base64"));
parentPort.on("message", ({ data, from, to, nFeatures, sums }) => {
  const square = nFeatures * nFeatures;
  const chunk = Math.min(512, Math.max(1, to - from));
  const length = square + chunk * nFeatures;
  const work = 8 * (length + (length & 1));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((work + 8 * 74000) / 65536) });
  const { gemm } = new WebAssembly.Instance(module_, { env: { memory } }).exports;
  const f64 = new Float64Array(memory.buffer, 0, length);
  for (let row = from; row < to; row += chunk) {
    const n = Math.min(chunk, to - row);
    f64.set(data.subarray(row * nFeatures, (row + n) * nFeatures), square);
    gemm(nFeatures, nFeatures, n, 1, 8 * square, 1, nFeatures, 8 * square, nFeatures, 1, 0, nFeatures, 1, work);
  }
  sums.set(f64.subarray(0, square));
  parentPort.postMessage(true);
});
`;

/** A worker thread that does one job after another; `false` for a job that it could not do. */
class Thread {
  readonly #worker: Worker | undefined;
  #answer: (done: boolean) => void = () => {};
  #isLost = false;

  constructor() {
    try {
      this.#worker = new Worker(THREAD, { eval: true, workerData: DENSE_WASM });
    } catch {
      this.#isLost = true;
      return;
    }
    this.#worker.on("message", () => this.#answer(true));
    const lose = () => {
      this.#isLost = true;
      this.#answer(false);
    };
    this.#worker.on("error", lose);
    this.#worker.on("exit", lose);
  }

  addGram(job: GramJob): Promise<boolean> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.#isLost) resolve(false);
      else this.#worker!.postMessage(job, []);
    });
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }
}
