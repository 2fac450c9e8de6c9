import { Agent, request } from "node:http";

export type Slot = "champion" | "challenger";

export interface Prediction {
  readonly version: string;
  readonly label: number;
  readonly probability: number;
  readonly replica: string | null;
}

/** An epoch as the JSON that a prediction asks for. */
export type EpochBody = string & { readonly unit?: "epoch body" };

export function epochBody(features: Float64Array): EpochBody {
  return `{"features":[${features.join(",")}]}`;
}

/** Posts an epoch a request over kept connections, and counts what comes back. */
export class PredictClient {
  readonly latenciesMillis: number[] = [];
  readonly versionsSeen: Record<Slot, Set<string>> = { champion: new Set(), challenger: new Set() };
  requests = 0;
  readonly failures: string[] = [];
  url: string;
  readonly #agent: Agent;

  constructor(connections: number, url = "") {
    this.url = url;
    // In turn: the last used first would leave some connections, and so some replicas, unasked.
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "fifo" });
  }

  /** @returns null when the request failed; the failure is then counted and kept. */
  async predict(slot: Slot, epoch: EpochBody): Promise<Prediction | null> {
    const began = performance.now();
    this.requests += 1;
    try {
      const { status, text, replica } = await this.#post(`/predict-${slot}/`, epoch);
      this.latenciesMillis.push(performance.now() - began);
      if (status !== 200) throw new Error(`status ${status}: ${text.slice(0, 200)}`);
      const { model_version_loaded, predicted_label_code, probability_target } = JSON.parse(text) as Record<
        string,
        unknown
      >;
      const version = /^v(\S+)/.exec(String(model_version_loaded))?.[1];
      if (version === undefined || typeof predicted_label_code !== "number" || typeof probability_target !== "number")
        throw new Error(`not a prediction: ${text.slice(0, 200)}`);
      this.versionsSeen[slot].add(version);
      return { version, label: predicted_label_code, probability: probability_target, replica };
    } catch (error) {
      this.failures.push(`${slot}: ${(error as Error).message}`);
      return null;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: string): Promise<{ status: number; text: string; replica: string | null }> {
    return new Promise((resolve, reject) => {
      const req = request(new URL(path, this.url), {
        method: "POST",
        agent: this.#agent,
        timeout: 30_000,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      });
      req.once("error", reject);
      req.once("timeout", () => req.destroy(new Error("no answer within 30 s")));
      req.once("response", (res) => {
        const chunks: Buffer[] = [];
        res.on("data", (chunk: Buffer) => chunks.push(chunk));
        res.once("error", reject);
        res.once("end", () => {
          const replica = res.headers["x-p300-replica"];
          resolve({
            status: res.statusCode ?? 0,
            text: Buffer.concat(chunks).toString("utf8"),
            replica: typeof replica === "string" ? replica : null,
          });
        });
      });
      req.end(body);
    });
  }
}
