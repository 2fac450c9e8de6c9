import { existsSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { newRun, startHarness } from "./harness";

/** Sends what `fetch` would not, and reads what comes until the server closes. */
function rawRequest(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", reject).on("close", () => resolve(answer));
  });
}

const NAMES = [
  "'; DROP TABLE runs; --",
  '" OR 1=1 --',
  "a%_b",
  "ünïcode 脳波 🧠",
  "tab\tand\nline",
  "<script>alert(1)</script>",
  "x".repeat(249),
];

test("names with SQL, quotes and any letters are kept and found as they are", async () => {
  const { call } = await startHarness();
  for (const name of NAMES) {
    const { status, json } = await call("experiments/create", { name, tags: [{ key: "k", value: name }] });
    expect(status).toBe(200);
    const found = await call(`experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`);
    expect(found.json).toMatchObject({
      experiment: { experiment_id: json.experiment_id, name, tags: [{ key: "k", value: name }] },
    });
    const quoted = name.includes("'") ? `"${name}"` : `'${name}'`;
    const searched = await call("experiments/search", {
      filter: `tags.k = ${quoted} and name = ${quoted}`,
      max_results: 5,
    });
    expect(searched.json).toMatchObject({ experiments: [{ name }] });
  }
  expect((await call("runs/search", { experiment_ids: ["0"] })).status).toBe(200);
});

test("whatever JSON a route is sent is answered with 200, 400 or 404, and the server lives", async () => {
  const { call } = await startHarness();
  const run_id = await newRun(call);
  const paths = [
    "runs/create",
    "runs/search",
    "runs/log-batch",
    "runs/log-metric",
    "experiments/search",
    "logged-models/search",
    "model-versions/create",
  ];
  const field = fc.constantFrom(
    "run_id",
    "experiment_ids",
    "metrics",
    "params",
    "tags",
    "filter",
    "order_by",
    "max_results",
    "page_token",
    "key",
    "value",
    "timestamp",
    "datasets",
    "__proto__",
    "name",
    "source",
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
    fc.constantFrom(
      run_id,
      ["0"],
      [{ key: "k", value: "1", timestamp: 1 }],
      [null],
      "NaN",
      "1e999",
      -1,
      1e21,
      "\ud800",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.dictionary(field, value), async (path, body) => {
      const { status } = await call(path, JSON.stringify(body));
      expect([200, 400, 404]).toContain(status);
    }),
    { numRuns: 400 },
  );
  expect((await call(`runs/get?run_id=${run_id}`)).status).toBe(200);
});

test.each([
  ["{", "not valid JSON"],
  ["[]", "must be a JSON object"],
  ["5", "must be a JSON object"],
  ['"x"', "not valid JSON"],
  ["[".repeat(100_000), "not valid JSON"],
  [`{"name":${"[".repeat(5000)}${"]".repeat(5000)}}`, "nested too deeply"],
  ['{"name":"nul\\u0000l"}', "NUL"],
])("a body is refused and told why (%#)", async (body, message) => {
  const { call } = await startHarness();
  const { status, json } = await call("experiments/create", body);
  expect(status).toBe(400);
  expect(json).toMatchObject({
    error_code: "INVALID_PARAMETER_VALUE",
    message: expect.stringContaining(message) as string,
  });
});

test("a body beyond the limit is refused before it is read", async () => {
  const { registry } = await startHarness();
  const answer = await rawRequest(
    registry.url,
    "POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 34000000\r\n\r\n{",
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain("REQUEST_TOO_LARGE");
});

test("a body that says no length is counted while it comes", async () => {
  const { registry } = await startHarness();
  const chunk = "x".repeat(1 << 20);
  const body = ReadableStream.from(
    (function* () {
      for (let i = 0; i < 40; i++) yield new TextEncoder().encode(chunk);
    })(),
  );
  const sent = fetch(`${registry.url}/api/2.0/mlflow/experiments/create`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit).then(
    ({ status }) => status,
    () => "closed",
  );
  expect([413, "closed"]).toContain(await sent); // closed, when the rest was still being sent
  expect((await fetch(`${registry.url}/health`)).status).toBe(200);
});

test("nothing is written outside the artifact folder, whatever the path", async () => {
  const { registry, folder } = await startHarness();
  const before = readdirSync(folder).sort();
  const paths = [
    "../evil",
    "..%2fevil",
    "%2e%2e/evil",
    "%252e%252e%252fevil",
    "a/../../evil",
    "..%5cevil",
    "a/..%00/evil",
    "%2ftmp%2fevil",
    "./../evil",
    "a%2f..%2f..%2fevil",
  ];
  for (const path of paths) {
    const answer = await rawRequest(
      registry.url,
      `PUT /api/2.0/mlflow-artifacts/artifacts/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\nevil`,
    );
    const status = answer.split("\r\n")[0];
    expect(`${path} ${status}`).toBe(`${path} HTTP/1.1 400 Bad Request`);
  }
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(existsSync("/tmp/evil")).toBe(false);
});

test("a path with a broken percent-encoding is refused", async () => {
  const { registry } = await startHarness();
  for (const path of ["/api/2.0/mlflow-artifacts/artifacts/a%zz", "/api/2.0/mlflow/logged-models/%zz"])
    expect((await fetch(registry.url + path)).status).toBe(400);
});

test("an upload that breaks off leaves nothing, and the former file as it was", async () => {
  const { registry } = await startHarness();
  const url = `${registry.url}/api/2.0/mlflow-artifacts/artifacts/a.bin`;
  await fetch(url, { method: "PUT", body: "whole" });
  const { hostname, port } = new URL(registry.url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        "PUT /api/2.0/mlflow-artifacts/artifacts/a.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n",
      );
      socket.write("x".repeat(50_000), () => socket.destroy());
    });
    socket.on("close", () => resolve());
  });
  expect(await (await fetch(url)).text()).toBe("whole");
  const listed = (await (await fetch(`${registry.url}/api/2.0/mlflow-artifacts/artifacts`)).json()) as {
    files: unknown[];
  };
  expect(listed.files).toEqual([{ path: "a.bin", is_dir: false, file_size: 5 }]);
});

test("a local artifact location is never read for anybody", async () => {
  const { registry, call } = await startHarness();
  const { json } = await call("experiments/create", { name: "local", artifact_location: "/etc" });
  const created = await call("runs/create", { experiment_id: json.experiment_id });
  const { run_id } = (created.json as { run: { info: { run_id: string } } }).run.info;
  expect(await call(`artifacts/list?run_id=${run_id}`)).toMatchObject({
    status: 400,
    json: { error_code: "INVALID_PARAMETER_VALUE" },
  });
  expect((await fetch(`${registry.url}/get-artifact?run_id=${run_id}&path=passwd`)).status).toBe(400);
});
