import { expect, test } from "vitest";
import { newRun, startHarness } from "./harness";

test("sixteen writers at once lose nothing", async () => {
  const { call } = await startHarness();
  const run_id = await newRun(call);
  const writers = Array.from({ length: 16 }, async (_, writer) => {
    for (let i = 0; i < 10; i++) {
      const metrics = Array.from({ length: 20 }, (_, j) => ({
        key: "m",
        value: writer,
        timestamp: 1,
        step: (writer * 10 + i) * 20 + j,
      }));
      const { status } = await call("runs/log-batch", {
        run_id,
        metrics,
        params: [{ key: `p${writer}.${i}`, value: "1" }],
        tags: [{ key: `t${writer}`, value: String(i) }],
      });
      expect(status).toBe(200);
    }
  });
  await Promise.all(writers);
  const { json } = await call(`runs/get?run_id=${run_id}`);
  const { data } = (json as { run: { data: { metrics: object[]; params: object[]; tags: object[] } } }).run;
  expect(data.params).toHaveLength(160);
  expect(data.tags).toHaveLength(17); // and the name
  expect(data.metrics).toMatchObject([{ step: 3199, value: 15 }]);
  const history = await call(`metrics/get-history?run_id=${run_id}&metric_key=m`);
  const steps = (history.json as { metrics: { step: number }[] }).metrics.map(({ step }) => step);
  expect(steps.sort((a, b) => a - b)).toEqual(Array.from({ length: 3200 }, (_, step) => step));
});

test("versions made at once have numbers of their own, and an alias points at one of those it was given", async () => {
  const { call } = await startHarness();
  const run_id = await newRun(call);
  const source = `mlflow-artifacts:/0/${run_id}/artifacts/model`;
  await call("registered-models/create", { name: "M" });
  const made = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const { json } = await call("model-versions/create", { name: "M", source, run_id });
      const { version } = json.model_version as { version: string };
      await call("registered-models/alias", { name: "M", alias: "champion", version });
      return Number(version);
    }),
  );
  expect(made.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  const { json } = await call("registered-models/alias?name=M&alias=champion");
  expect(made).toContain(Number((json.model_version as { version: string }).version));
});

test("a request in flight is answered when the server closes", async () => {
  const { registry, call } = await startHarness();
  const run_id = await newRun(call);
  const metrics = Array.from({ length: 1000 }, (_, step) => ({ key: "m", value: 1, timestamp: 1, step }));
  const sent = call("runs/log-batch", { run_id, metrics });
  const upload = fetch(`${registry.url}/api/2.0/mlflow-artifacts/artifacts/x.bin`, {
    method: "PUT",
    body: new Uint8Array(5_000_000),
  });
  await Promise.race([sent, upload]); // both are at the server by then, the slower one still at work
  await registry.close();
  expect((await sent).status).toBe(200);
  expect((await upload).status).toBe(200);
  await expect(fetch(`${registry.url}/health`)).rejects.toThrow("fetch failed");
});
