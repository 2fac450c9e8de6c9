import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startRegistry, type RegistryOptions, type RunningRegistry } from "../../src/server";
import { temporaryFolder } from "../temporary";

export interface Harness {
  readonly registry: RunningRegistry;
  readonly folder: string;
  /** A call with a JSON body, or, without one, a GET. */
  call(path: string, body?: unknown, method?: string): Promise<{ status: number; json: Record<string, unknown> }>;
}

/** A server of the test's own, on a database and a folder of its own. */
export async function startHarness(options: RegistryOptions = {}): Promise<Harness> {
  const folder = temporaryFolder();
  const registry = await startRegistry({
    port: 0,
    backendStoreUri: `sqlite:///${join(folder, "mlflow.db")}`,
    artifactsDestination: join(folder, "artifacts"),
    logLevel: "silent",
    ...options,
  });
  onTestFinished(() => registry.close());
  return { registry, folder, call: caller(registry.url) };
}

export const caller =
  (url: string): Harness["call"] =>
  async (path, body, method = body === undefined ? "GET" : "POST") => {
    const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { "content-type": "application/json" },
            body: typeof body === "string" ? body : JSON.stringify(body),
          }),
    });
    const text = await answer.text();
    return { status: answer.status, json: JSON.parse(text) as Record<string, unknown> };
  };

export async function newRun(call: Harness["call"]): Promise<string> {
  const { json } = await call("runs/create", { experiment_id: "0", start_time: 1 });
  return (json as { run: { info: { run_id: string } } }).run.info.run_id;
}
