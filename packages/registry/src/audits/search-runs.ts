import { audit, refuses, wantsMatch, type Server } from "./audit";

interface Sample {
  experiment: string;
  /** Ids by name. */
  runs: Record<string, string>;
}

async function sample(server: Server): Promise<Sample> {
  const experiment = await server.experiment();
  const runs: Record<string, string> = {};
  const make = async (
    name: string,
    start_time: number,
    metrics: Record<string, unknown>,
    params: object,
    tags: object,
  ) => {
    const { id } = await server.run(experiment, { run_name: name, start_time });
    runs[name] = id;
    const list = (values: object) => Object.entries(values).map(([key, value]) => ({ key, value: value as unknown }));
    await server.made("runs/log-batch", {
      run_id: id,
      metrics: list(metrics).map((metric) => ({ ...metric, timestamp: 1, step: 0 })),
      params: list(params),
      tags: list(tags),
    });
  };
  await make("one", 100, { auc: 0.9, "a b": 1 }, { solver: "lsqr" }, { team: "eeg", "deep.key": "x" });
  await make("two", 200, { auc: 0.7 }, { solver: "svd" }, { team: "EEG" });
  await make("three", 300, { auc: "NaN" }, { solver: "LSQR", extra: "1" }, {});
  await make("four", 300, { auc: "Infinity" }, {}, { team: "it's" });
  await make("five", 50, {}, { solver: "eigen_x" }, { team: "100%" });
  return { experiment, runs };
}

async function found(server: Server, { experiment, runs }: Sample, search: object): Promise<string[]> {
  const answer = (await server.made("runs/search", { experiment_ids: [experiment], ...search })) as {
    runs?: { info: { run_id: string } }[];
  };
  const names = new Map(Object.entries(runs).map(([name, id]) => [id, name]));
  return (answer.runs ?? []).map(({ info }) => names.get(info.run_id)!);
}

const FILTERS: readonly [filter: string, names: readonly string[]][] = [
  ["metrics.auc > 0.8", ["one", "four"]],
  ["metric.auc <= 0.7", ["two"]],
  ["metrics.auc > 1e300", ["four"]],
  ["metrics.auc != 0.7", ["one", "three", "four"]],
  ["metrics.auc = 0", []],
  ["metrics.`a b` = 1", ["one"]],
  ['metrics."a b" >= 1', ["one"]],
  ["params.solver = 'lsqr'", ["one"]],
  ["param.solver != 'lsqr'", ["two", "three", "five"]],
  ["parameters.solver LIKE 'l%'", ["one"]],
  ["params.solver ILIKE 'L%'", ["one", "three"]],
  ["params.solver LIKE 'eigen_x'", ["five"]],
  ["params.extra IS NOT NULL", ["three"]],
  ["params.extra IS NULL and params.solver = 'svd'", ["two"]],
  ['tags.team = "it\'s"', ["four"]],
  ["tags.deep.key = 'x'", ["one"]],
  ["tags.mlflow.runName = 'two'", ["two"]],
  ["tag.team ILIKE 'eeg' AND metrics.auc > 0.8", ["one"]],
  ["attributes.run_name = 'three'", ["three"]],
  ["run_name LIKE 't%'", ["two", "three"]],
  ["attr.`run name` = 'one'", ["one"]],
  ["start_time >= 300", ["three", "four"]],
  ["attributes.Created < 100", ["five"]],
  ["run.status = 'RUNNING' and start_time = 200", ["two"]],
  ["status = 'FAILED'", []],
];

const BAD_FILTERS: readonly string[] = [
  "metrics.auc > 'high'",
  "params.solver = lsqr",
  "params.solver = 5",
  "params.solver > 'a'",
  "params.solver == 'lsqr'",
  "metrics.auc LIKE 'a'",
  "metrics.auc IS NULL",
  "attributes.nonsense = 'a'",
  "nonsense.key = 'a'",
  "run_name IN ('one')",
  "run_id IN ()",
  "run_id IN ('a', 5)",
  "start_time > 'yesterday'",
  "params.a = 'x' OR params.b = 'y'",
  "NOT params.a = 'x'",
  "(params.a = 'x')",
  "params.a = 'open",
];

export const searchRunAudits = [
  audit("S-FILTER-1", "MUST filter runs by metrics, parameters, tags and attributes", async (server) => {
    const made = await sample(server);
    const order = Object.keys(made.runs);
    for (const [filter, names] of FILTERS) {
      const got = await found(server, made, { filter });
      wantsMatch(
        got.sort((a, b) => order.indexOf(a) - order.indexOf(b)),
        names,
        filter,
      );
    }
    const two = [made.runs.one!, made.runs.five!];
    wantsMatch((await found(server, made, { filter: `run_id IN ('${two.join("', '")}')` })).sort(), ["five", "one"]);
    wantsMatch(await found(server, made, { filter: `run_id NOT IN ('${two.join("','")}') and start_time = 200` }), [
      "two",
    ]);
  }),
  audit("S-FILTER-2", "MUST refuse what is no filter with INVALID_PARAMETER_VALUE", async (server) => {
    for (const filter of BAD_FILTERS) {
      const reply = await server.post("runs/search", { experiment_ids: ["0"], filter });
      try {
        refuses(reply, "INVALID_PARAMETER_VALUE", 400);
      } catch (error) {
        throw new Error(`${filter}: ${(error as Error).message}`, { cause: error });
      }
    }
  }),
  audit(
    "S-ORDER-1",
    "MUST order missing values last in both directions and NaN before them, then by start time and id",
    async (server) => {
      const made = await sample(server);
      wantsMatch(await found(server, made, { order_by: ["metrics.auc ASC"] }), ["two", "one", "four", "three", "five"]);
      wantsMatch(await found(server, made, { order_by: ["metrics.auc DESC"] }), [
        "four",
        "one",
        "two",
        "three",
        "five",
      ]);
      wantsMatch(await found(server, made, { order_by: ["params.solver"] }), ["three", "five", "one", "two", "four"]);
      wantsMatch(await found(server, made, { order_by: ["attributes.start_time ASC", "run_name desc"] }), [
        "five",
        "one",
        "two",
        "three",
        "four",
      ]);
      const byDefault = ["three", "four"].sort((a, b) => (made.runs[a]! < made.runs[b]! ? -1 : 1));
      wantsMatch(await found(server, made, {}), [...byDefault, "two", "one", "five"]);
      for (const order_by of [["nonsense"], ["metrics.auc SIDEWAYS"], ["dataset.name"]])
        refuses(await server.post("runs/search", { experiment_ids: ["0"], order_by }), "INVALID_PARAMETER_VALUE", 400);
    },
  ),
  audit("S-PAGE-1", "MUST page without a gap or a repetition until the token is absent", async (server) => {
    const made = await sample(server);
    const ids: string[] = [];
    let page_token: string | undefined;
    do {
      const answer = (await server.made("runs/search", {
        experiment_ids: [made.experiment],
        max_results: 2,
        page_token,
      })) as {
        runs: { info: { run_id: string } }[];
        next_page_token?: string;
      };
      ids.push(...answer.runs.map(({ info }) => info.run_id));
      page_token = answer.next_page_token;
    } while (page_token);
    wantsMatch(ids.sort(), Object.values(made.runs).sort());
    refuses(
      await server.post("runs/search", { experiment_ids: ["0"], page_token: "!!" }),
      "INVALID_PARAMETER_VALUE",
      400,
    );
    refuses(
      await server.post("runs/search", { experiment_ids: ["0"], max_results: 50_001 }),
      "INVALID_PARAMETER_VALUE",
      400,
    );
  }),
  audit("S-VIEW-1", "MUST show deleted runs when they are asked for alone or with the others", async (server) => {
    const made = await sample(server);
    await server.made("runs/delete", { run_id: made.runs.one });
    wantsMatch(await found(server, made, { run_view_type: "DELETED_ONLY" }), ["one"]);
    wantsMatch((await found(server, made, { run_view_type: 3 })).length, 5);
    wantsMatch((await found(server, made, {})).length, 4);
  }),
];
