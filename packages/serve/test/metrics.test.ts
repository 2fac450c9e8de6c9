import { expect, test } from "vitest";
import { addDeparted, ServeMetrics, sumMetrics } from "../src/metrics";
import { p300App } from "../src/express";
import { loadedModel } from "../src/predictor";
import { Slot } from "../src/slot";
import { constantPredictor, FakeSource, post, refTo, send, until, withServer } from "./fakes";

const replica = (requests: number, version = "1") => {
  const slot = new Slot("champion", "models:/M@champion");
  slot.swap(loadedModel(constantPredictor(0.5), refTo(version), { key: version }));
  const metrics = new ServeMetrics([slot]);
  for (let i = 0; i < requests; i++) {
    metrics.began();
    metrics.ended({ route: "/predict/", method: "POST", status: 200, modelVersion: `v${version}`, seconds: 0.0004 });
  }
  return metrics;
};

const valueOf = (text: string, series: string): number => {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no series ${series} in\n${text}`);
  return Number(line.slice(series.length + 1));
};
const REQUESTS = 'p300_http_requests_total{route="/predict/",method="POST",status="200",model_version="v1"}';

test("every family has HELP and TYPE, counters end in _total, durations are histograms with a bucket of 10 ms or less", async () => {
  const text = await replica(1).text();
  const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name: name!, type: type! }));
  expect(families.map(({ name }) => name)).toContain("p300_model_reloads_total");
  expect(families.filter(({ name }) => !text.includes(`# HELP ${name} `))).toEqual([]);
  expect(families.filter(({ name, type }) => type === "counter" && !name.endsWith("_total"))).toEqual([]);
  expect(families.filter(({ name, type }) => name.endsWith("_seconds") && type !== "histogram")).toEqual([]);
  expect(text).toContain('p300_http_request_duration_seconds_bucket{le="0.0005",route="/predict/"');
  expect(text.endsWith("\n")).toBe(true);
});

test("replicas add up: counters, buckets, and how many serve a version", async () => {
  const text = await sumMetrics(
    await Promise.all([replica(3), replica(4), replica(5, "2")].map((one) => one.snapshot())),
  );
  expect(valueOf(text, REQUESTS)).toBe(7);
  expect(
    valueOf(
      text,
      'p300_http_request_duration_seconds_count{route="/predict/",method="POST",status="200",model_version="v1"}',
    ),
  ).toBe(7);
  expect(valueOf(text, 'p300_model_info{slot="champion",model_version="v1"}')).toBe(2);
  expect(valueOf(text, 'p300_model_info{slot="champion",model_version="v2"}')).toBe(1);
});

test("a replica that has ended leaves its counts, not its gauges", async () => {
  const snapshots = await Promise.all([replica(3), replica(4), replica(5)].map((one) => one.snapshot()));
  const departed = await addDeparted(await addDeparted([], snapshots[0]!), snapshots[1]!);
  const text = await sumMetrics([departed, snapshots[2]!]);
  expect(valueOf(text, REQUESTS)).toBe(12);
  expect(
    valueOf(
      text,
      'p300_http_request_duration_seconds_bucket{le="0.0005",route="/predict/",method="POST",status="200",model_version="v1"}',
    ),
  ).toBe(12);
  expect(valueOf(text, 'p300_model_info{slot="champion",model_version="v1"}')).toBe(1);
});

test("requests are counted under the route's pattern, never under the caller's path", async () => {
  const source = new FakeSource("3");
  const { app, router } = p300App({ champion: source });
  await router.firstTry;
  await withServer(app, async (url) => {
    await post(`${url}/predict/`, { features: [1, 2, 3] });
    await post(`${url}/predict/?subject=17`, { features: [1] });
    await send(`${url}/secret/path`);
    await send(`${url}/predict/`, { method: "PURGE" });
    let text = "";
    await until("all are counted", async () => {
      text = (await send(`${url}/metrics`)).text;
      return text.includes('status="404"') && text.includes('status="405"') && text.includes('status="400"');
    });
    expect(text).toContain('{route="/predict/",method="POST",status="200",model_version="v3"} 1');
    expect(text).toContain('{route="/predict/",method="POST",status="400",model_version="v3"} 1');
    expect(text).toContain('{route="unmatched",method="GET",status="404",model_version="none"} 1');
    expect(text).toContain('{route="/predict/",method="other",status="405",model_version="none"} 1');
    expect(text).not.toMatch(/secret|subject|PURGE/);
  });
  await router.close();
});

test("loads and failures to load are counted by slot", async () => {
  const source = new FakeSource("3");
  const { app, router } = p300App({ champion: source, pollIntervalMillis: 5 });
  await router.firstTry;
  source.broken.add("4");
  source.alias = "4";
  await withServer(app, async (url) => {
    let text = "";
    await until("the failure is counted", async () => {
      ({ text } = await send(`${url}/metrics`));
      return valueOf(text, 'p300_model_reloads_total{slot="champion",result="failed"}') > 0;
    });
    expect(valueOf(text, 'p300_model_reloads_total{slot="champion",result="ok"}')).toBe(1);
    const health = await send(`${url}/health`);
    expect([
      health.status,
      health.json["status"],
      health.json["model_version_loaded"],
      health.json["model_version_wanted"],
    ]).toEqual([200, "degraded", "v3", "v4"]);
    expect((await post(`${url}/predict/`, { features: [1, 2, 3] })).json["model_version_loaded"]).toMatch(/^v3 /);
  });
  await router.close();
});
