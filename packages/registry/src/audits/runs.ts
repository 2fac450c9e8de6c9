import { audit, refuses, wants, wantsMatch, type Server } from "./audit";

const dataOf = async (server: Server, run_id: string) =>
  (
    (await server.get("runs/get", { run_id })).json as {
      run: { data: Record<string, { key: string; value: unknown }[]> };
    }
  ).run.data;

const valuesOf = (list: { key: string; value: unknown }[] = []): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]));

export const runAudits = [
  audit(
    "T-CREATE-1",
    "MUST make a run of 32 hex digits that is RUNNING, with its place below the experiment's",
    async (server) => {
      const experiment_id = await server.experiment();
      const { run } = (await server.made("runs/create", { experiment_id, start_time: 123, run_name: "first" })) as {
        run: { info: { run_id: string } };
      };
      const { run_id } = run.info;
      wantsMatch(run_id, /^[0-9a-f]{32}$/);
      wantsMatch(run.info, {
        run_uuid: run_id,
        run_name: "first",
        experiment_id,
        status: "RUNNING",
        start_time: 123,
        lifecycle_stage: "active",
        artifact_uri: `mlflow-artifacts:/${experiment_id}/${run_id}/artifacts`,
      });
      wantsMatch(valuesOf((await dataOf(server, run_id)).tags), { "mlflow.runName": "first" });
    },
  ),
  audit("T-CREATE-2", "MUST make up a name, and refuse a name and a name tag that differ", async (server) => {
    const { id } = await server.run();
    wantsMatch(valuesOf((await dataOf(server, id)).tags)["mlflow.runName"], /^[a-z]+-[a-z]+-\d+$/);
    const tags = [{ key: "mlflow.runName", value: "b" }];
    refuses(
      await server.post("runs/create", { experiment_id: "0", run_name: "a", tags }),
      "INVALID_PARAMETER_VALUE",
      400,
    );
  }),
  audit("T-CREATE-3", "MUST take tags of a new run whose keys set-tag would refuse", async (server) => {
    const experiment_id = await server.experiment();
    const { run } = (await server.made("runs/create", { experiment_id, tags: [{ key: "a#b", value: "c" }] })) as {
      run: { info: { run_id: string } };
    };
    const { run_id } = run.info;
    wantsMatch(valuesOf((await dataOf(server, run_id)).tags)["a#b"], "c");
    refuses(await server.post("runs/set-tag", { run_id, key: "a#b", value: "d" }), "INVALID_PARAMETER_VALUE", 400);
  }),
  audit("T-WIRE-1", "MUST take camelCase and snake_case, numbers as strings, and enums by number", async (server) => {
    const { id } = await server.run();
    await server.made("runs/update", { run_id: id, endTime: "456", status: 3 });
    wants(await server.get("runs/get", { run_id: id }), 200, { run: { info: { end_time: 456, status: "FINISHED" } } });
    refuses(await server.post("runs/update", { run_id: id, runId: id }), "INVALID_PARAMETER_VALUE", 400);
    await server.made("runs/log-metric", { run_uuid: id, key: "m", value: 1, timestamp: "5", step: "2", unknown: {} });
  }),
  audit("T-WIRE-2", "MUST name what is missing and what has the wrong type, in MLflow's words", async (server) => {
    const docs = "See the API docs for more information about request parameters.";
    refuses(
      await server.post("runs/log-metric", {}),
      "INVALID_PARAMETER_VALUE",
      400,
      `Missing value for required parameter 'run_id'. ${docs}`,
    );
    refuses(
      await server.post("runs/log-metric", { run_id: "" }),
      "INVALID_PARAMETER_VALUE",
      400,
      "Missing value for required parameter 'run_id'",
    );
    refuses(
      await server.post("experiments/create", { name: 5 }),
      "INVALID_PARAMETER_VALUE",
      400,
      `Invalid value 5 for parameter 'name' supplied:  Hint: Value was of type 'int'. ${docs}`,
    );
    refuses(
      await server.post("experiments/create", { name: ["a"] }),
      "INVALID_PARAMETER_VALUE",
      400,
      "Hint: Value was of type 'list'",
    );
  }),
  audit(
    "T-WIRE-3",
    "MUST take a body that is JSON in a JSON string, and refuse another content type",
    async (server) => {
      const { id } = await server.run();
      await server.made("runs/set-tag", JSON.stringify(JSON.stringify({ run_id: id, key: "a", value: "b" })));
      const reply = await server.call("POST", "/api/2.0/mlflow/runs/set-tag", {
        body: "a=b",
        headers: { "content-type": "text/plain" },
      });
      refuses(reply, "INVALID_PARAMETER_VALUE", 400, "Content-Type");
    },
  ),
  audit(
    "T-METRIC-1",
    "MUST take as latest the largest (step, timestamp, value), whatever the order of arrival",
    async (server) => {
      const { id } = await server.run();
      const points = [
        [5, 10, 1],
        [5, 20, 2],
        [3, 99, 3],
        [5, 20, 1.5],
        [-1, 200, 4],
      ] as const;
      for (const [step, timestamp, value] of points)
        await server.made("runs/log-metric", { run_id: id, key: "m", value, timestamp, step });
      wantsMatch((await dataOf(server, id)).metrics, [{ key: "m", value: 2, timestamp: 20, step: 5 }]);
    },
  ),
  audit(
    "T-METRIC-2",
    "MUST keep NaN as NaN and infinities as the largest doubles, and a repeated point once",
    async (server) => {
      const { id } = await server.run();
      for (const value of ["NaN", "Infinity", "-Infinity", 0.1, 0.1])
        await server.made("runs/log-metric", { run_id: id, key: `m${String(value)}`, value, timestamp: 1, step: 0 });
      wantsMatch(valuesOf((await dataOf(server, id)).metrics), {
        mNaN: "NaN",
        mInfinity: Number.MAX_VALUE,
        "m-Infinity": -Number.MAX_VALUE,
        "m0.1": 0.1,
      });
      const history = await server.get("metrics/get-history", { run_id: id, metric_key: "m0.1" });
      wants(history, 200, { metrics: [{ key: "m0.1", value: 0.1, timestamp: 1, step: 0 }] });
    },
  ),
  audit("T-METRIC-3", "MUST refuse negative timestamps, and keys that are no clean path", async (server) => {
    const { id } = await server.run();
    const log = (key: string, timestamp = 1) =>
      server.post("runs/log-metric", { run_id: id, key, value: 1, timestamp });
    refuses(await log("m", -1), "INVALID_PARAMETER_VALUE", 400, "nonnegative");
    refuses(
      await log("a,b"),
      "INVALID_PARAMETER_VALUE",
      400,
      `Invalid value "a,b" for parameter 'name' supplied: Names may only contain`,
    );
    refuses(await log("../a"), "INVALID_PARAMETER_VALUE", 400, "This name would resolve to '../a'");
    for (const key of ["/a", ".", "a//b", "a/", "a/../b", "x".repeat(251), "🙂"])
      refuses(await log(key), "INVALID_PARAMETER_VALUE", 400);
    for (const key of ["a/b", "脳波 été", "a:b", "A_.- 1", ".hidden"]) wants(await log(key), 200);
  }),
  audit("T-METRIC-4", "MUST page a metric's history", async (server) => {
    const { id } = await server.run();
    const metrics = Array.from({ length: 25 }, (_, step) => ({ key: "m", value: step, timestamp: step, step }));
    await server.made("runs/log-batch", { run_id: id, metrics });
    const steps: number[] = [];
    let page_token = "";
    do {
      const reply = await server.get("metrics/get-history", {
        run_id: id,
        metric_key: "m",
        max_results: "10",
        ...(page_token ? { page_token } : {}),
      });
      const answer = reply.json as { metrics: { step: number }[]; next_page_token?: string };
      steps.push(...answer.metrics.map(({ step }) => step));
      page_token = answer.next_page_token ?? "";
    } while (page_token);
    wantsMatch(
      steps,
      metrics.map(({ step }) => step),
    );
  }),
  audit("T-PARAM-1", "MUST write a parameter once: the same value is fine, another is refused", async (server) => {
    const { id } = await server.run();
    await server.made("runs/log-parameter", { run_id: id, key: "p", value: "v" });
    await server.made("runs/log-parameter", { run_id: id, key: "p", value: "v" });
    const reply = await server.post("runs/log-parameter", { run_id: id, key: "p", value: "w" });
    refuses(
      reply,
      "INVALID_PARAMETER_VALUE",
      400,
      "Changing param values is not allowed. Param with key='p' was already logged with value='v'",
    );
  }),
  audit("T-PARAM-2", "MUST cut long values of parameters at 6000 characters and of tags at 8000", async (server) => {
    const { id } = await server.run();
    await server.made("runs/log-parameter", { run_id: id, key: "p", value: "x".repeat(6001) });
    await server.made("runs/set-tag", { run_id: id, key: "t", value: "y".repeat(1_000_000) });
    const { params, tags } = await dataOf(server, id);
    wantsMatch(String(valuesOf(params).p).length, 6000);
    wantsMatch(String(valuesOf(tags).t).length, 8000);
  }),
  audit(
    "T-TAG-1",
    "MUST rename the run by its name tag, and answer 404 for a tag that is not there",
    async (server) => {
      const { id } = await server.run();
      await server.made("runs/set-tag", { run_id: id, key: "mlflow.runName", value: "renamed" });
      wants(await server.get("runs/get", { run_id: id }), 200, { run: { info: { run_name: "renamed" } } });
      await server.made("runs/update", { run_id: id, run_name: "again" });
      wantsMatch(valuesOf((await dataOf(server, id)).tags), { "mlflow.runName": "again" });
      await server.made("runs/update", { run_id: id, run_name: "" });
      wants(await server.get("runs/get", { run_id: id }), 200, { run: { info: { run_name: "again" } } });
      refuses(
        await server.post("runs/delete-tag", { run_id: id, key: "none" }),
        "RESOURCE_DOES_NOT_EXIST",
        404,
        `No tag with name: none in run with id ${id}`,
      );
    },
  ),
  audit("T-BATCH-1", "MUST check a whole batch before it writes any of it", async (server) => {
    const { id } = await server.run();
    const metrics = [{ key: "ok", value: 1, timestamp: 1, step: 0 }];
    refuses(
      await server.post("runs/log-batch", {
        run_id: id,
        metrics: [...metrics, { key: "a,b", value: 1, timestamp: 1 }],
      }),
      "INVALID_PARAMETER_VALUE",
      400,
      "metrics[1].name",
    );
    refuses(
      await server.post("runs/log-batch", { run_id: id, metrics, params: [{ key: "../x", value: "1" }] }),
      "INVALID_PARAMETER_VALUE",
      400,
      "params[0].key",
    );
    refuses(
      await server.post("runs/log-batch", {
        run_id: id,
        metrics,
        params: [
          { key: "a", value: "1" },
          { key: "a", value: "1" },
        ],
      }),
      "INVALID_PARAMETER_VALUE",
      400,
      "Duplicate parameter keys have been submitted: ['a']",
    );
    refuses(
      await server.post("runs/log-batch", { run_id: id, metrics: [{ key: "m", timestamp: 1 }] }),
      "INVALID_PARAMETER_VALUE",
      400,
      "Missing value for required parameter 'metrics[0].value'",
    );
    wantsMatch((await dataOf(server, id)).metrics, undefined);
  }),
  audit("T-BATCH-2", "MUST take 1000 metrics and no more", async (server) => {
    const { id } = await server.run();
    const metrics = Array.from({ length: 1001 }, (_, step) => ({ key: "m", value: step, timestamp: 1, step }));
    refuses(
      await server.post("runs/log-batch", { run_id: id, metrics }),
      "INVALID_PARAMETER_VALUE",
      400,
      "at most 1000 metrics. Got 1001 metrics",
    );
    await server.made("runs/log-batch", { run_id: id, metrics: metrics.slice(1) });
    wantsMatch((await dataOf(server, id)).metrics, [{ key: "m", value: 1000, step: 1000 }]);
  }),
  audit("T-DELETE-1", "MUST refuse to write to a deleted run, and let it be read and restored", async (server) => {
    const { id } = await server.run();
    await server.made("runs/delete", { run_id: id });
    refuses(
      await server.post("runs/set-tag", { run_id: id, key: "a", value: "b" }),
      "INVALID_PARAMETER_VALUE",
      400,
      "must be in the 'active' state",
    );
    refuses(await server.post("runs/log-batch", { run_id: id }), "INVALID_PARAMETER_VALUE", 400);
    wants(await server.get("runs/get", { run_id: id }), 200, { run: { info: { lifecycle_stage: "deleted" } } });
    await server.made("runs/restore", { run_id: id });
    await server.made("runs/set-tag", { run_id: id, key: "a", value: "b" });
    refuses(
      await server.get("runs/get", { run_id: "0".repeat(32) }),
      "RESOURCE_DOES_NOT_EXIST",
      404,
      `Run with id=${"0".repeat(32)} not found`,
    );
  }),
  audit("T-INPUT-1", "MUST tie datasets and models to a run, each once", async (server) => {
    const { id } = await server.run();
    const dataset = { name: "epochs", digest: "abc", source_type: "local", source: "{}" };
    const datasets = [{ tags: [{ key: "mlflow.data.context", value: "training" }], dataset }];
    await server.made("runs/log-inputs", { run_id: id, datasets });
    await server.made("runs/log-inputs", { run_id: id, datasets });
    wants(await server.get("runs/get", { run_id: id }), 200, { run: { inputs: { dataset_inputs: datasets } } });
  }),
];
