import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { DagClient } from "../../src/client/client";
import { httpTransport } from "../../src/client/http";
import type { Dag } from "../../src/dag";
import { createInProcessExecutor } from "../../src/executor/in-process";
import { createScheduler, type Scheduler } from "../../src/scheduler/scheduler";
import { TokenSigner } from "../../src/server/auth";
import { createApp } from "../../src/server/express";
import { routes } from "../../src/server/routes";
import { DagVersions } from "../../src/server/versions";
import { openStore } from "../../src/store/open";
import type { Store } from "../../src/store/store";

export interface Harness {
  readonly url: string;
  readonly client: DagClient;
  readonly store: Store;
  readonly scheduler: Scheduler;
  /** A call under /api/v2, as JSON. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>;
  close(): Promise<void>;
}
// Bodies are of all shapes; the tests look into them by name.
// eslint-disable-next-line typescript/no-explicit-any
export type Body = any;

/** The API over these DAGs, unpaused, with a scheduler and an executor in this process. */
export async function startHarness(dags: readonly Dag[], { isPaused = false } = {}): Promise<Harness> {
  const logsFolder = mkdtempSync(join(tmpdir(), "p300-api-"));
  const store = await openStore({ database: ":memory:" });
  for (const dag of dags)
    await store.syncDag({
      structure: dag.structure,
      fileloc: `/dags/${dag.dagId}.ts`,
      relativeFileloc: `${dag.dagId}.ts`,
      source: `// source of ${dag.dagId}\n`,
      parseDurationMillis: 12,
      pausedAtCreation: isPaused,
    });
  await store.heartbeat("DagProcessorJob");
  const scheduler = createScheduler({ store, executor: createInProcessExecutor({ dags, logsFolder }) });
  const app = createApp({
    routes,
    context: {
      store,
      versions: new DagVersions(store),
      nudge: () => scheduler.nudge(),
      rescan: () => Promise.resolve(),
      logsFolder,
      tokens: new TokenSigner(),
      clock: Date.now,
      triggeredBy: "rest_api",
    },
    log: pino({ level: "silent" }),
    allowedHosts: new Set(["127.0.0.1"]),
    authenticate: () => "Anonymous",
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await scheduler.start();
  const client = new DagClient(httpTransport(url));
  return {
    url,
    client,
    store,
    scheduler,
    async api(method, path, body) {
      const answer = await fetch(`${url}/api/v2${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? null : (JSON.parse(text) as Body) };
    },
    async close() {
      await scheduler.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      rmSync(logsFolder, { recursive: true, force: true });
    },
  };
}

/** A request as it is on the wire: any headers, any path, which `fetch` would correct. */
export function raw(
  url: string,
  {
    method = "GET",
    path,
    headers = {},
    body,
  }: { method?: string; path: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
