import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ServeMetrics } from "../src/metrics";
import { ModelAbsentError, Slot, type ModelSource, type Predictor, type VersionRef } from "../src/index";
import { DEFAULT_LIMITS, silentLogger, type Serving } from "../src/serving";

/** A predictor that says the same for every row, unless the row's first value is too large for it. */
export function constantPredictor(probability: number, nFeatures = 3): Predictor {
  return {
    nFeatures,
    featureNames: Array.from({ length: nFeatures }, (_, i) => `feature_${i}`),
    classes: [1, 2],
    classNames: ["NonTarget", "Target"],
    positive: 2,
    predictProba(data, nRows) {
      const out = new Float64Array(nRows * 2);
      for (let row = 0; row < nRows; row++) {
        const p = Math.abs(data[row * nFeatures]!) > 1e300 ? Number.NaN : probability;
        out[2 * row] = 1 - p;
        out[2 * row + 1] = p;
      }
      return out;
    },
  };
}

export const refTo = (version: string): VersionRef => ({
  version,
  name: "P300-Classifier",
  runId: `run${version}`,
  source: `runs:/run${version}/model`,
  details: { name: "P300-Classifier", version },
  key: `P300-Classifier/${version}`,
});

/** A source whose alias a test moves, and whose registry it takes away. */
export class FakeSource implements ModelSource {
  readonly uri = "models:/P300-Classifier@champion";
  readonly moves: boolean = true;
  alias: string | undefined;
  down = false;
  readonly broken = new Set<string>();
  resolved = 0;
  loaded: string[] = [];
  /** What a version's predictor is; the default says version / 100 for every row. */
  predictorOf = (version: string): Predictor => constantPredictor(Number(version) / 100);

  constructor(alias?: string) {
    this.alias = alias;
  }

  async resolve(): Promise<VersionRef> {
    this.resolved += 1;
    if (this.down) throw new Error("connect ECONNREFUSED 127.0.0.1:5000");
    if (this.alias === undefined) throw new ModelAbsentError(`${this.uri} does not exist`);
    return refTo(this.alias);
  }

  async load(ref: VersionRef): Promise<{ predictor: Predictor }> {
    this.loaded.push(ref.version);
    if (this.broken.has(ref.version)) throw new Error("weights.bin: checksum differs");
    return { predictor: this.predictorOf(ref.version) };
  }
}

/** Runs an application on a free port for the time of `use`. */
export async function withServer<T>(app: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** One request with exactly these bytes and headers: no content type unless given, unlike fetch. */
export function send(
  url: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(url, { method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const json = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text, json });
      });
    });
    req.on("error", reject);
    req.end(body);
  });
}

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  send(url, { method: "POST", headers, body: JSON.stringify(body) });

/** Polls until it holds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMillis = 60_000,
): Promise<void> {
  const end = Date.now() + deadlineMillis;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMillis} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What handlers are given, without a server. */
export function servingOf(slots: { champion?: Slot; challenger?: Slot }): Serving {
  const all = {
    champion: slots.champion ?? new Slot("champion", undefined),
    challenger: slots.challenger ?? new Slot("challenger", undefined),
  };
  const metrics = new ServeMetrics([all.champion, all.challenger]);
  return {
    slots: all,
    metrics,
    metricsText: () => metrics.text(),
    keys: undefined,
    log: silentLogger,
    limits: DEFAULT_LIMITS,
    draining: false,
    replica: undefined,
  };
}
