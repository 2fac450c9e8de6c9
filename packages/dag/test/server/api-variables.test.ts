import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failing, mapped, simple } from "./dags";
import { startHarness, type Harness } from "./harness";

let harness: Harness;
const api: Harness["api"] = (...call) => harness.api(...call);
beforeAll(async () => {
  harness = await startHarness([mapped, simple, failing]);
});
afterAll(() => harness.close());

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;

describe("variables", () => {
  test("are made, read, listed, changed and removed; their value is text", async () => {
    expect(
      (await api("POST", "/variables", { key: "a", value: { b: [1] }, description: "an object" })).body,
    ).toMatchObject({ key: "a", value: '{"b":[1]}', is_encrypted: false });
    expect((await api("POST", "/variables", { key: "a", value: "x" })).status).toBe(409);
    expect(
      (await api("PATCH", "/variables/a?update_mask=value", { key: "a", value: "2", description: "ignored" })).body,
    ).toMatchObject({ value: "2", description: "an object" });
    expect((await api("PATCH", "/variables/a", { key: "b", value: "2" })).status).toBe(400);
    expect((await api("GET", "/variables?variable_key_pattern=A")).body.total_entries).toBe(1);
    expect((await api("DELETE", "/variables/a")).status).toBe(204);
    expect((await api("GET", "/variables/a")).status).toBe(404);
    expect((await api("POST", "/variables", { key: "k".repeat(251), value: "x" })).status).toBe(422);
  });

  test("with a secret's name, or a secret inside, are masked", async () => {
    expect((await api("POST", "/variables", { key: "db_password", value: "hunter2" })).body.value).toBe("***");
    expect((await api("POST", "/variables", { key: "service", value: '{"api_key":"k","host":"h"}' })).body.value).toBe(
      '{"api_key":"***","host":"h"}',
    );
    expect(await harness.store.getVariable("db_password")).toMatchObject({ value: "hunter2" });
  });

  test("change in bulk, each with its own answer", async () => {
    const { status, body } = await api("PATCH", "/variables", {
      actions: [
        {
          action: "create",
          entities: [
            { key: "x", value: "1" },
            { key: "y", value: "2" },
          ],
        },
        {
          action: "create",
          entities: [
            { key: "x", value: "3" },
            { key: "z", value: "4" },
          ],
        },
        { action: "create", entities: [{ key: "x", value: "5" }], action_on_existence: "overwrite" },
        { action: "delete", entities: ["y", "none"] },
      ],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      create: {
        success: ["x", "y", "z", "x"],
        errors: [{ error: "The Variable with key: `x` already exists", status_code: 409 }],
      },
      update: null,
      delete: { success: ["y"], errors: [{ error: "The Variable with key: `none` was not found", status_code: 404 }] },
    });
    expect((await api("GET", "/variables/x")).body.value).toBe("5");
  });
});

describe("the server itself", () => {
  test("tells its health and version", async () => {
    const { body } = await api("GET", "/monitor/health");
    expect(body).toMatchObject({
      metadatabase: { status: "healthy" },
      scheduler: { status: "healthy", latest_scheduler_heartbeat: expect.stringMatching(ISO) },
      triggerer: { status: null, latest_triggerer_heartbeat: null },
      dag_processor: { status: "healthy" },
    });
    expect((await api("GET", "/version")).body.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await api("GET", "/jobs")).body.jobs.map((job: { job_type: string }) => job.job_type).sort()).toEqual([
      "DagProcessorJob",
      "SchedulerJob",
    ]);
    expect((await api("GET", "/config")).status).toBe(403);
  });

  test("gives tokens to whoever asks on loopback", async () => {
    const get = await fetch(`${harness.url}/auth/token`);
    expect(get.status).toBe(201);
    const { access_token } = (await get.json()) as { access_token: string };
    const [head, claims] = access_token
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>);
    expect(head).toMatchObject({ alg: "HS512" });
    expect(claims).toMatchObject({ sub: "Anonymous", role: "admin", exp: expect.any(Number) });
    const post = (body: unknown) =>
      fetch(`${harness.url}/auth/token`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    expect((await post({ username: "a", password: "b" })).status).toBe(201);
    expect((await post({ username: "", password: "b" })).status).toBe(400);
    expect((await post({ username: "a" })).status).toBe(422);
  });
});
