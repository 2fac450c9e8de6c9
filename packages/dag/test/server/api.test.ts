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
async function runOnce(dagId: string, options = {}): Promise<string> {
  const { dag_run_id } = await harness.client.triggerDag(dagId, options);
  await harness.client.waitForRun(dagId, dag_run_id, { pollSeconds: 0.02, timeoutSeconds: 30 });
  return dag_run_id;
}
const instancesOf = async (dagId: string, runId: string) =>
  (await api("GET", `/dags/${dagId}/dagRuns/${encodeURIComponent(runId)}/taskInstances`)).body.task_instances;

describe("a run with mapped tasks, retries and one broken instance", () => {
  let runId: string;
  let path: string;
  beforeAll(async () => {
    runId = await runOnce("mapped", { runId: "run:1+a", conf: { limit: 4 } });
    path = `/dags/mapped/dagRuns/${encodeURIComponent(runId)}`;
  });

  test("ends success, as an all_done leaf after a failure does", async () => {
    const { status, body } = await api("GET", path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dag_run_id: "run:1+a",
      dag_id: "mapped",
      state: "success",
      run_type: "manual",
      triggered_by: "rest_api",
      triggering_user_name: "Anonymous",
      logical_date: null,
      data_interval_start: null,
      conf: { limit: 4 },
      bundle_version: null,
      partition_key: null,
    });
    expect(body.start_date).toMatch(ISO);
    expect(body.duration).toBeCloseTo((Date.parse(body.end_date) - Date.parse(body.start_date)) / 1000, 6);
    expect(body.dag_versions).toHaveLength(1);
    expect(body.dag_versions[0]).toMatchObject({
      version_number: 1,
      dag_id: "mapped",
      created_at: expect.stringMatching(ISO),
    });
  });

  test("has an instance a subject, of which one failed", async () => {
    const instances = await instancesOf("mapped", runId);
    const states = instances.map(
      (ti: { task_id: string; map_index: number; state: string }) => `${ti.task_id}[${ti.map_index}] ${ti.state}`,
    );
    expect(states.sort()).toEqual([
      "end[-1] success",
      "subjects[-1] success",
      "work[0] success",
      "work[1] failed",
      "work[2] success",
    ]);
    expect(instances[0]).toMatchObject({
      executor_config: "{}",
      pool: "default_pool",
      pool_slots: 1,
      rendered_fields: {},
      trigger: null,
    });
  });

  test("lists the mapped instances, and answers one by its index alone", async () => {
    const listed = await api("GET", `${path}/taskInstances/work/listMapped?order_by=-map_index&limit=2`);
    expect(listed.body.total_entries).toBe(3);
    expect(listed.body.task_instances.map((ti: { map_index: number }) => ti.map_index)).toEqual([2, 1]);
    expect((await api("GET", `${path}/taskInstances/work/1`)).body).toMatchObject({
      map_index: 1,
      state: "failed",
      rendered_map_index: "1",
    });
    const without = await api("GET", `${path}/taskInstances/work`);
    expect(without.status).toBe(404);
    expect(without.body.detail).toContain("is mapped, add the map_index value to the URL");
    expect((await api("GET", `${path}/taskInstances/work/7`)).status).toBe(404);
    expect((await api("GET", `${path}/taskInstances/end/listMapped`)).body.detail).toContain("not mapped");
    expect((await api("GET", `${path}/taskInstances/absent/listMapped`)).status).toBe(404);
  });

  test("keeps each try", async () => {
    const { body } = await api("GET", `${path}/taskInstances/work/1/tries`);
    expect(
      body.task_instances.map((entry: { try_number: number; state: string }) => [entry.try_number, entry.state]),
    ).toEqual([
      [1, "failed"],
      [2, "failed"],
    ]);
    expect((await api("GET", `${path}/taskInstances/work/1/tries/1`)).body).toMatchObject({
      try_number: 1,
      max_tries: 1,
    });
    expect((await api("GET", `${path}/taskInstances/work/1/tries/3`)).status).toBe(404);
  });

  test("gives the log of each try, as JSON and as lines", async () => {
    const { body } = await api("GET", `${path}/taskInstances/subjects/logs/1`);
    expect(body.continuation_token).toBeNull();
    expect(body.content[0].event).toMatch(/^::group::/);
    expect(body.content.find((entry: { event: string }) => entry.event === "listing subjects")).toMatchObject({
      level: "info",
      count: 3,
    });
    const failed = await api("GET", `${path}/taskInstances/work/logs/2?map_index=1`);
    const detail = failed.body.content.find((entry: { error_detail?: unknown }) => entry.error_detail !== undefined);
    expect(detail.error_detail[0]).toMatchObject({ exc_type: "TypeError", exc_value: "subject 2 is broken" });

    const lines = await fetch(`${harness.url}/api/v2${path}/taskInstances/subjects/logs/1`, {
      headers: { accept: "application/x-ndjson" },
    });
    expect(lines.headers.get("content-type")).toContain("application/x-ndjson");
    const entries = (await lines.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(entries.map(({ event }) => event)).toEqual(body.content.map((entry: { event: string }) => entry.event));

    expect((await api("GET", `${path}/taskInstances/subjects/logs/2`)).status).toBe(404);
    expect((await api("GET", `${path}/taskInstances/work/logs/1`)).status).toBe(404);
    expect((await api("GET", `${path}/taskInstances/absent/logs/1`)).status).toBe(404);
    const text = await fetch(`${harness.url}/api/v2${path}/taskInstances/subjects/logs/1`, {
      headers: { accept: "text/plain" },
    });
    expect(text.status).toBe(406);
  });

  test("gives XComs without their values in the list, and with them one by one", async () => {
    const { body } = await api("GET", `${path}/taskInstances/~/xcomEntries`);
    expect(
      body.xcom_entries
        .map(
          (entry: { task_id: string; map_index: number; key: string }) =>
            `${entry.task_id} ${entry.map_index} ${entry.key}`,
        )
        .sort(),
    ).toEqual([
      "end -1 extra",
      "end -1 return_value",
      "subjects -1 return_value",
      "work 0 return_value",
      "work 2 return_value",
    ]);
    expect(body.xcom_entries[0]).not.toHaveProperty("value");
    const one = `${path}/taskInstances/work/xcomEntries/return_value`;
    expect((await api("GET", `${one}?map_index=2`)).body.value).toEqual({ subject: 3, mapIndex: 2 });
    expect((await api("GET", `${one}?map_index=2&stringify=true`)).body.value).toBe('{"subject":3,"mapIndex":2}');
    expect((await api("GET", one)).status).toBe(404);
    expect((await api("GET", `${path}/taskInstances/end/xcomEntries/extra`)).body.value).toEqual({ nested: [1, null] });
  });

  test("lets XComs be made, changed and removed", async () => {
    const entries = `${path}/taskInstances/end/xcomEntries`;
    expect((await api("POST", entries, { key: "mine", value: { a: 1 } })).status).toBe(201);
    expect((await api("POST", entries, { key: "mine", value: 2 })).status).toBe(409);
    expect((await api("PATCH", `${entries}/mine`, { value: [2] })).body.value).toEqual([2]);
    expect((await api("DELETE", `${entries}/mine`)).status).toBe(204);
    expect((await api("DELETE", `${entries}/mine`)).status).toBe(404);
    expect((await api("PATCH", `${entries}/mine`, { value: 1 })).status).toBe(404);
  });

  test("a dry clear lists what failed; a real one runs it again and raises max_tries", async () => {
    const dry = await api("POST", "/dags/mapped/clearTaskInstances", { dag_run_id: runId, include_downstream: true });
    expect(
      dry.body.task_instances.map((ti: { task_id: string; map_index: number }) => `${ti.task_id}[${ti.map_index}]`),
    ).toEqual(["work[1]"]);
    expect((await api("GET", path)).body.state).toBe("success");
    const cleared = await api("POST", "/dags/mapped/clearTaskInstances", {
      dag_run_id: runId,
      task_ids: [["work", 1]],
      dry_run: false,
    });
    expect(cleared.status).toBe(200);
    await harness.client.waitForRun("mapped", runId, { pollSeconds: 0.02, timeoutSeconds: 30 });
    expect((await api("GET", `${path}/taskInstances/work/1`)).body).toMatchObject({
      state: "failed",
      try_number: 4,
      max_tries: 3,
    });
    expect((await api("POST", "/dags/mapped/clearTaskInstances", { dag_run_id: "absent" })).status).toBe(404);
    expect(
      (await api("POST", "/dags/mapped/clearTaskInstances", { dag_run_id: runId, include_past: true })).status,
    ).toBe(400);
  });

  test("an instance can be set by hand", async () => {
    const instance = `${path}/taskInstances/work/1`;
    const dry = await api("PATCH", `${instance}/dry_run`, { new_state: "success" });
    expect(dry.body.total_entries).toBe(1);
    expect((await api("GET", instance)).body.state).toBe("failed");
    const set = await api("PATCH", instance, { new_state: "success", note: "looked fine" });
    expect(set.body.task_instances[0]).toMatchObject({ state: "success", note: "looked fine" });
    expect((await api("PATCH", instance, { new_state: "running" })).status).toBe(422);
    expect((await api("PATCH", `${path}/taskInstances/absent`, { new_state: "success" })).status).toBe(404);
  });
});

describe("runs", () => {
  test("a failure without retry fails the run, and what needs it is upstream_failed", async () => {
    const runId = await runOnce("failing");
    expect(runId).toMatch(/^manual__\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/);
    expect((await api("GET", `/dags/failing/dagRuns/${encodeURIComponent(runId)}`)).body.state).toBe("failed");
    const instances = await instancesOf("failing", runId);
    expect(
      Object.fromEntries(
        instances.map((ti: { task_id: string; state: string; try_number: number }) => [
          ti.task_id,
          [ti.state, ti.try_number],
        ]),
      ),
    ).toEqual({
      boom: ["failed", 1],
      after: ["upstream_failed", 0],
    });
  });

  test("dates go in with or without an offset, and come out in UTC", async () => {
    const { status, body } = await api("POST", "/dags/failing/dagRuns", {
      logical_date: "2026-03-01T02:00:00+02:00",
      dag_run_id: "dated",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ logical_date: "2026-03-01T00:00:00Z", data_interval_start: "2026-03-01T00:00:00Z" });
    const again = await api("POST", "/dags/failing/dagRuns", {
      logical_date: "2026-03-01T00:00:00",
      dag_run_id: "other",
    });
    expect(again.status).toBe(409);
    expect(again.body.detail).toMatchObject({
      reason: "Unique constraint violation",
      statement: "hidden",
      orig_error: "hidden",
    });
    expect((await api("POST", "/dags/failing/dagRuns", { logical_date: null, dag_run_id: "dated" })).status).toBe(409);
    await harness.client.waitForRun("failing", "dated", { pollSeconds: 0.02, timeoutSeconds: 30 });
  });

  test.each([
    ["no logical_date", {}, 422, { type: "missing", loc: ["body", "logical_date"], msg: "Field required" }],
    [
      "an unknown member",
      { logical_date: null, surprise: 1 },
      422,
      { type: "extra_forbidden", loc: ["body", "surprise"] },
    ],
    ["conf that is no object", { logical_date: null, conf: [1] }, 422, { type: "dict_type", loc: ["body", "conf"] }],
    ["a date that is none", { logical_date: "2026-02-30T00:00:00Z" }, 422, { loc: ["body", "logical_date"] }],
    [
      "half an interval",
      { logical_date: null, data_interval_start: "2026-01-01T00:00:00Z" },
      422,
      { type: "value_error" },
    ],
  ])("refuses %s", async (_name, body, status, detail) => {
    const answer = await api("POST", "/dags/simple/dagRuns", body);
    expect(answer.status).toBe(status);
    expect(answer.body.detail[0]).toMatchObject(detail);
  });

  test("refuses ids with other characters or another type's prefix, and an unknown DAG", async () => {
    expect((await api("POST", "/dags/simple/dagRuns", { logical_date: null, dag_run_id: "../../etc" })).status).toBe(
      400,
    );
    expect(
      (await api("POST", "/dags/simple/dagRuns", { logical_date: null, dag_run_id: "scheduled__mine" })).status,
    ).toBe(400);
    expect((await api("POST", "/dags/absent/dagRuns", { logical_date: null })).body).toEqual({
      detail: "The Dag with ID: `absent` was not found",
    });
  });

  test("are listed, filtered, ordered and cut", async () => {
    const { body } = await api("GET", "/dags/~/dagRuns?state=success&state=failed&order_by=-run_after&limit=2");
    expect(body.dag_runs).toHaveLength(2);
    expect(body).toMatchObject({ next_cursor: null, previous_cursor: null });
    expect(body.total_entries).toBeGreaterThanOrEqual(3);
    expect((await api("GET", "/dags/~/dagRuns?limit=0")).body).toMatchObject({
      dag_runs: [],
      total_entries: expect.any(Number),
    });
    expect((await api("GET", "/dags/~/dagRuns?offset=1000")).body.dag_runs).toEqual([]);
    expect(
      (await api("GET", "/dags/~/dagRuns?run_id_pattern=DAT%25")).body.dag_runs.map(
        (run: { dag_run_id: string }) => run.dag_run_id,
      ),
    ).toEqual(["dated"]);
    expect(
      (await api("GET", "/dags/~/dagRuns?logical_date_gte=2026-03-01T00:00:00Z&logical_date_lt=2026-03-02")).body
        .total_entries,
    ).toBe(1);
    expect(
      (await api("POST", "/dags/~/dagRuns/list", { dag_ids: ["failing"], states: ["failed"], page_limit: 1 })).body,
    ).toMatchObject({ total_entries: 2 });
    expect((await api("GET", "/dags/absent/dagRuns")).status).toBe(404);
  });

  test.each([
    ["/dags/~/dagRuns?limit=-1", 422],
    ["/dags/~/dagRuns?limit=x", 422],
    ["/dags/~/dagRuns?state=nonsense", 422],
    ["/dags/~/dagRuns?order_by=password", 400],
    ["/dags/~/dagRuns?start_date_gte=yesterday", 422],
    [`/dags/~/dagRuns?run_id_pattern=${"%25".repeat(2000)}`, 422],
    ["/dags/~/dagRuns/~/taskInstances?order_by=task_id", 400],
    ["/dags/~/dagRuns/~/taskInstances?map_index=x", 422],
    ["/dags?paused=perhaps", 422],
  ])("%s answers %i", async (path, status) => {
    const answer = await api("GET", path);
    expect(answer.status).toBe(status);
    expect(answer.body).toHaveProperty("detail");
  });

  test("can be noted, set by hand, and deleted", async () => {
    const runId = await runOnce("failing", { runId: "patched" });
    const path = `/dags/failing/dagRuns/${runId}`;
    expect((await api("PATCH", path, { note: "a note" })).body).toMatchObject({ note: "a note", state: "failed" });
    expect((await api("PATCH", `${path}?update_mask=note`, { note: "b", state: "success" })).body).toMatchObject({
      note: "b",
      state: "failed",
    });
    expect((await api("PATCH", path, { state: "running" })).status).toBe(422);
    expect((await api("PATCH", path, { note: "x".repeat(1001) })).status).toBe(422);
    expect((await api("PATCH", path, { state: "success" })).body.state).toBe("success");
    expect((await api("DELETE", path)).status).toBe(204);
    expect((await api("GET", path)).status).toBe(404);
    expect((await api("DELETE", path)).status).toBe(404);
  });
});

describe("DAGs", () => {
  test("are listed with every member that the official client requires", async () => {
    const { body } = await api("GET", "/dags");
    expect(body.total_entries).toBe(3);
    expect(body.dags.map((dag: { dag_id: string }) => dag.dag_id)).toEqual(["failing", "mapped", "simple"]);
    expect(body.dags[1]).toMatchObject({
      dag_display_name: "mapped",
      is_paused: false,
      is_stale: false,
      fileloc: "/dags/mapped.ts",
      relative_fileloc: "mapped.ts",
      description: "maps over a list",
      timetable_summary: null,
      tags: [
        { name: "eeg", dag_id: "mapped", dag_display_name: "mapped" },
        { name: "p300", dag_id: "mapped" },
      ],
      has_import_errors: false,
      max_active_tasks: 16,
      max_active_runs: 16,
      timetable_partitioned: false,
      owners: expect.any(Array),
      file_token: expect.any(String),
    });
    expect((await api("GET", "/dags?tags=eeg")).body.total_entries).toBe(1);
    expect((await api("GET", "/dags?dag_id_pattern=MAP|fail")).body.total_entries).toBe(2);
    expect((await api("GET", "/dags?dag_id_pattern=~")).body.total_entries).toBe(3);
    expect((await api("GET", "/dags?paused=true")).body.total_entries).toBe(0);
    expect((await api("GET", "/dags?order_by=-dag_id&limit=1")).body.dags[0].dag_id).toBe("simple");
  });

  test("have details, tasks, versions, a source, tags and statistics", async () => {
    const details = await api("GET", "/dags/mapped/details");
    expect(details.body).toMatchObject({
      catchup: false,
      concurrency: 16,
      timezone: "UTC",
      params: { limit: { value: 3 } },
      latest_dag_version: { version_number: 1 },
    });
    const { body } = await api("GET", "/dags/mapped/tasks");
    expect(body.tasks.map((task: { task_id: string }) => task.task_id)).toEqual(["end", "subjects", "work"]);
    expect(body.tasks[2]).toMatchObject({
      is_mapped: true,
      retries: 1,
      retry_delay: { __type: "TimeDelta", days: 0, seconds: 0, microseconds: 0 },
      execution_timeout: null,
      downstream_task_ids: ["end"],
      trigger_rule: "all_success",
      extra_links: [],
    });
    expect((await api("GET", "/dags/mapped/tasks/work")).body.task_id).toBe("work");
    expect((await api("GET", "/dags/mapped/tasks/absent")).status).toBe(404);
    expect((await api("GET", "/dags/mapped/dagVersions")).body.dag_versions).toHaveLength(1);
    expect((await api("GET", "/dags/mapped/dagVersions/1")).body.version_number).toBe(1);
    expect((await api("GET", "/dags/mapped/dagVersions/9")).status).toBe(404);
    expect((await api("GET", "/dagSources/mapped")).body).toMatchObject({
      content: "// source of mapped\n",
      version_number: 1,
    });
    expect((await api("GET", "/dagTags")).body).toEqual({ tags: ["eeg", "p300"], total_entries: 2 });
    const stats = await api("GET", "/dagStats?dag_ids=simple");
    expect(stats.body.dags[0]).toMatchObject({
      dag_id: "simple",
      stats: ["queued", "running", "success", "failed"].map((state) => ({ state, count: expect.any(Number) })),
    });
  });

  test("are paused and unpaused", async () => {
    expect((await api("PATCH", "/dags/simple", { is_paused: true })).body.is_paused).toBe(true);
    expect((await api("GET", "/dags?paused=true")).body.dags[0].dag_id).toBe("simple");
    expect((await api("PATCH", "/dags/simple", { is_paused: "yes" })).status).toBe(422);
    expect((await api("PATCH", "/dags/simple", {})).status).toBe(422);
    expect((await api("PATCH", "/dags/absent", { is_paused: true })).status).toBe(404);
    expect((await api("PATCH", "/dags/simple", { is_paused: false })).body.is_paused).toBe(false);
  });
});
