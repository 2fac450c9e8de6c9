/** One thing that a tracking server MUST do, and how to see that it does. */
export interface Audit {
  /** Stable: `R-ALIAS-2`. */
  readonly id: string;
  readonly must: string;
  /** @throws {AuditFailure} naming what came and what was wanted. Leaves runs and models of its own behind. */
  check(url: string): Promise<void>;
}

export class AuditFailure extends Error {
  override readonly name = "AuditFailure";
  readonly code = "ERR_REGISTRY_AUDIT";
}

export const audit = (id: string, must: string, check: (server: Server) => Promise<void>): Audit => ({
  id,
  must,
  check: (url) => check(new Server(url.replace(/\/+$/, ""))),
});

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, `undefined` when it is none. */
  readonly json: unknown;
}

/** A server under audit, and what every audit does with one. */
export class Server {
  constructor(readonly url: string) {}

  async call(
    method: string,
    path: string,
    init: { body?: string | Uint8Array; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const answer = await fetch(this.url + path, { method, ...(init as RequestInit) });
    const text = await answer.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      // not JSON: `text` has it
    }
    return { status: answer.status, headers: answer.headers, text, json };
  }

  get(path: string, query: Record<string, string | readonly string[]> = {}): Promise<Reply> {
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([key, value]) =>
        [value].flat().map((one): [string, string] => [key, String(one)]),
      ),
    );
    return this.call("GET", `${API}/${path}${search.size > 0 ? `?${search}` : ""}`);
  }

  post(path: string, body: unknown, method = "POST"): Promise<Reply> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.call(method, `${API}/${path}`, { body: text, headers: { "content-type": "application/json" } });
  }

  /** A call that must be accepted. */
  async made<T = Record<string, unknown>>(path: string, body: unknown, method = "POST"): Promise<T> {
    const reply = await this.post(path, body, method);
    wants(reply, 200);
    return reply.json as T;
  }

  async experiment(): Promise<string> {
    return String((await this.made("experiments/create", { name: unique("audit") })).experiment_id);
  }

  async run(experimentId = "0", more: object = {}): Promise<{ id: string; artifactUri: string }> {
    const { run } = (await this.made("runs/create", {
      experiment_id: experimentId,
      start_time: 1,
      ...more,
    })) as RunAnswer;
    return { id: run.info.run_id, artifactUri: run.info.artifact_uri };
  }

  async model(versions = 0): Promise<string> {
    const name = unique("model");
    await this.made("registered-models/create", { name });
    const { id, artifactUri } = versions > 0 ? await this.run() : { id: "", artifactUri: "" };
    for (let i = 0; i < versions; i++)
      await this.made("model-versions/create", { name, source: `${artifactUri}/model`, run_id: id });
    return name;
  }
}

interface RunAnswer {
  run: { info: { run_id: string; artifact_uri: string } };
}

export const API = "/api/2.0/mlflow";
export const PROXY = "/api/2.0/mlflow-artifacts";

let counter = 0;
export const unique = (what: string): string => `${what}-${Date.now().toString(36)}-${process.pid}-${counter++}`;

/** The status, and of the JSON at least what `shape` holds. */
export function wants(reply: Reply, status: number, shape?: unknown): void {
  if (reply.status !== status)
    throw new AuditFailure(`status ${reply.status}, not ${status}: ${reply.text.slice(0, 300)}`);
  if (shape !== undefined) wantsMatch(reply.json, shape);
}

export const refuses = (reply: Reply, code: string, status: number, message = ""): void => {
  wants(reply, status, { error_code: code });
  const { message: said = "" } = reply.json as { message?: string };
  if (!said.includes(message))
    throw new AuditFailure(`the message is ${JSON.stringify(said)}, without ${JSON.stringify(message)}`);
};

/** What was wanted is there: objects may hold more, lists not. */
export function wantsMatch(actual: unknown, wanted: unknown, at = "the answer"): void {
  if (wanted instanceof RegExp) {
    if (typeof actual !== "string" || !wanted.test(actual))
      throw new AuditFailure(`${at} is ${show(actual)}, not like ${wanted}`);
  } else if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length)
      throw new AuditFailure(`${at} is ${show(actual)}, not ${show(wanted)}`);
    for (const [index, item] of wanted.entries()) wantsMatch(actual[index], item, `${at}[${index}]`);
  } else if (typeof wanted === "object" && wanted !== null) {
    if (typeof actual !== "object" || actual === null)
      throw new AuditFailure(`${at} is ${show(actual)}, not ${show(wanted)}`);
    for (const [key, value] of Object.entries(wanted))
      wantsMatch((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
  } else if (!Object.is(actual, wanted)) throw new AuditFailure(`${at} is ${show(actual)}, not ${show(wanted)}`);
}

const show = (value: unknown): string => (JSON.stringify(value) ?? "absent").slice(0, 300);
