import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mapped, simple } from "./dags";
import { raw, startHarness, type Body, type Harness } from "./harness";

let harness: Harness;
let runId: string;
beforeAll(async () => {
  harness = await startHarness([mapped, simple]);
  ({ dag_run_id: runId } = await harness.client.triggerDag("mapped", { runId: "hostile" }));
  await harness.client.waitForRun("mapped", runId, { pollSeconds: 0.02, timeoutSeconds: 30 });
});
afterAll(() => harness.close());

const json = { "content-type": "application/json" };
const post = (path: string, body: string | Buffer, headers: Record<string, string> = json) =>
  raw(harness.url, { method: "POST", path: `/api/v2${path}`, headers, body });
const parsed = ({ text }: { text: string }): Body => JSON.parse(text);

describe("bodies", () => {
  test.each([
    ["no JSON", "{oops"],
    ["cut JSON", '{"logical_date": nul'],
    ["a list", "[]"],
    ["a text", '"x"'],
    ["null", "null"],
    ["nothing", ""],
    ["a million brackets", "[".repeat(1_000_000)],
    [
      "conf nested deeper than anyone needs",
      `{"logical_date":null,"conf":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`,
    ],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ])("%s is a 422 with a detail", async (_name, body) => {
    const answer = await post("/dags/simple/dagRuns", body);
    expect(answer.status).toBe(422);
    expect(parsed(answer)).toHaveProperty("detail");
  });

  test("more than the limit is a 413, and the server goes on", async () => {
    const answer = await post("/variables", JSON.stringify({ key: "big", value: "x".repeat(5 * 1024 * 1024) })).catch(
      () => ({ status: 413, text: "" }),
    );
    expect(answer.status).toBe(413);
    expect((await harness.api("GET", "/version")).status).toBe(200);
    expect((await harness.api("GET", "/variables/big")).status).toBe(404);
  });

  test("__proto__ in conf is data like any other", async () => {
    const answer = await post(
      "/dags/simple/dagRuns",
      '{"logical_date":null,"conf":{"__proto__":{"polluted":1},"constructor":2}}',
    );
    expect(answer.status).toBe(200);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("paths", () => {
  const secret = "/etc/passwd";
  test.each([
    `/dags/..%2f..%2fetc%2fpasswd`,
    `/dags/mapped/dagRuns/${"..%2f".repeat(8)}etc%2fpasswd`,
    `/dagSources/..%2f..%2f..%2fetc%2fpasswd`,
    `/dags/mapped/dagRuns/hostile/taskInstances/..%2f..%2fx/logs/1`,
    `/dags/mapped/dagRuns/hostile/taskInstances/subjects/logs/..%2f1`,
    `/dags/mapped/dagRuns/hostile/taskInstances/subjects/logs/1e0`,
    `/dags/mapped/dagRuns/hostile/taskInstances/subjects/xcomEntries/..%2f..%2fx`,
    `/importErrors/..%2f1`,
    `/variables/%00`,
    `/dags/%F0%9F%92%A9`,
  ])("%s leads nowhere", async (path) => {
    const answer = await raw(harness.url, { path: `/api/v2${path}` });
    expect([404, 422]).toContain(answer.status);
    expect(answer.text).not.toContain("root:");
    expect(answer.text).not.toContain(secret.repeat(2));
  });

  test("a path that does not decode is a 400, an unknown one Airflow's 404, a known one with another method a 405", async () => {
    expect((await raw(harness.url, { path: "/api/v2/dags/%E0%A4%A" })).status).toBe(400);
    expect(parsed(await raw(harness.url, { path: "/api/v2/nonsense" }))).toEqual({ error: "API route not found" });
    expect((await raw(harness.url, { method: "PUT", path: "/api/v2/dags" })).status).toBe(405);
  });

  test("a log token of one's own making is refused", async () => {
    const token = Buffer.from('{"offset":-5}').toString("base64url");
    for (const bad of [token, "xyz", "%00"])
      expect(
        (
          await raw(harness.url, {
            path: `/api/v2/dags/mapped/dagRuns/hostile/taskInstances/subjects/logs/1?token=${bad}`,
          })
        ).status,
      ).toBe(400);
    const past = Buffer.from('{"offset":99999999}').toString("base64url");
    const answer = await raw(harness.url, {
      path: `/api/v2/dags/mapped/dagRuns/hostile/taskInstances/subjects/logs/1?token=${past}`,
    });
    expect(parsed(answer)).toEqual({ content: [], continuation_token: null });
  });
});

describe("filters", () => {
  const injections = [
    "' OR 1=1 --",
    "'; DROP TABLE dag_run; --",
    '" OR ""="',
    "\\",
    "%00",
    "_%_%nothing",
    "a".repeat(900),
  ];
  test.each(injections)("%s is a text to look for", async (text) => {
    const value = encodeURIComponent(text);
    for (const path of [
      `/dags?dag_id_pattern=x${value}`,
      `/dags?tags=${value}`,
      `/dags?owners=x${value}`,
      `/dags/~/dagRuns?run_id_pattern=x${value}`,
      `/dags/~/dagRuns?conf_contains=x${value}`,
      `/dags/~/dagRuns/~/taskInstances?task_id=${value}`,
      `/dags/~/dagRuns/~/taskInstances?pool=${value}`,
      `/variables?variable_key_pattern=x${value}`,
    ]) {
      const { status, body } = await harness.api("GET", path);
      expect([path, status, body.total_entries]).toEqual([path, 200, 0]);
    }
    expect((await harness.api("GET", "/dags")).body.total_entries).toBe(2);
  });

  test.each([
    "/dags?order_by=dag_id;DROP TABLE dag",
    "/dags?order_by=__proto__",
    "/dags?order_by=constructor",
    "/dags/~/dagRuns?order_by=conf--",
  ])("%s is no column", async (path) => {
    expect((await harness.api("GET", encodeURI(path))).status).toBe(400);
  });

  test.each(["limit=1e3", "limit=0x10", "limit=99999999999999999999", "limit=", "offset=-1", "offset=1.5"])(
    "%s is a 422",
    async (query) => {
      expect((await harness.api("GET", `/dags?${query}`)).status).toBe(422);
    },
  );

  test("a limit above 100 is 100", async () => {
    for (let i = 0; i < 120; i += 1) await harness.store.setVariable({ key: `many${i}`, value: "" }, "create");
    const { body } = await harness.api("GET", "/variables?limit=5000&variable_key_pattern=many");
    expect([body.variables.length, body.total_entries]).toEqual([100, 120]);
  });
});

describe("who may ask", () => {
  test.each(["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example:1"])(
    "a Host of %j is refused: a page may have had its name resolved to this machine",
    async (host) => {
      const answer = await raw(harness.url, { path: "/api/v2/variables", headers: { host } });
      expect([400, 403]).toContain(answer.status);
    },
  );

  test.each(["localhost", "localhost:8080", "127.0.0.1", "[::1]:99", "LOCALHOST"])(
    "a Host of %s is this machine",
    async (host) => {
      expect((await raw(harness.url, { path: "/api/v2/version", headers: { host } })).status).toBe(200);
    },
  );

  test("a page of another origin may not change anything, this server's own may", async () => {
    const body = JSON.stringify({ key: "from_page", value: "1" });
    expect((await post("/variables", body, { ...json, origin: "http://evil.example" })).status).toBe(403);
    expect((await post("/variables", body, { ...json, origin: "null" })).status).toBe(403);
    expect(
      (await post("/variables", body, { "content-type": "text/plain", origin: "http://127.0.0.1:1" })).status,
    ).toBe(403);
    expect((await post("/variables", body, { ...json, "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await harness.api("GET", "/variables/from_page")).status).toBe(404);
    expect((await post("/variables", body, { ...json, origin: harness.url })).status).toBe(201);
  });

  test("answers name no framework and are not to be sniffed", async () => {
    const answer = await fetch(`${harness.url}/api/v2/version`);
    expect(answer.headers.get("x-powered-by")).toBeNull();
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});
