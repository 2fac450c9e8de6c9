import { audit, refuses, unique, wants, wantsMatch } from "./audit";

export const registryAudits = [
  audit("R-MODEL-1", "MUST refuse a taken name, and names with slashes, colons or nothing in them", async (server) => {
    const name = await server.model();
    refuses(
      await server.post("registered-models/create", { name }),
      "RESOURCE_ALREADY_EXISTS",
      400,
      `Registered Model (name=${name}) already exists`,
    );
    for (const bad of ["a/b", "a:b", "  ", "..", ""])
      refuses(await server.post("registered-models/create", { name: bad }), "INVALID_PARAMETER_VALUE", 400);
    refuses(
      await server.get("registered-models/get", { name: "no such" }),
      "RESOURCE_DOES_NOT_EXIST",
      404,
      "Registered Model with name=no such not found",
    );
  }),
  audit(
    "R-MODEL-2",
    "MUST take versions, tags and aliases along in a rename, and away in a deletion",
    async (server) => {
      const name = await server.model(2);
      const new_name = unique("renamed");
      await server.made("registered-models/alias", { name, alias: "champion", version: "2" });
      await server.made("registered-models/set-tag", { name, key: "k", value: "v" });
      await server.made("registered-models/rename", { name, new_name });
      wants(await server.get("registered-models/get", { name: new_name }), 200, {
        registered_model: {
          tags: [{ key: "k", value: "v" }],
          aliases: [{ alias: "champion", version: "2" }],
          latest_versions: [{ version: "2" }],
        },
      });
      refuses(await server.get("registered-models/get", { name }), "RESOURCE_DOES_NOT_EXIST", 404);
      await server.made("registered-models/delete", { name: new_name }, "DELETE");
      refuses(await server.get("model-versions/get", { name: new_name, version: "1" }), "RESOURCE_DOES_NOT_EXIST", 404);
    },
  ),
  audit("R-MODEL-3", "MUST search models by name and tag, page them, and leave prompts out", async (server) => {
    const stem = unique("found");
    for (const end of ["a", "B", "c"])
      await server.made("registered-models/create", { name: `${stem}-${end}`, tags: [{ key: "end", value: end }] });
    await server.made("registered-models/create", {
      name: `${stem}-p`,
      tags: [{ key: "mlflow.prompt.is_prompt", value: "true" }],
    });
    const search = async (filter: string, more = {}) =>
      (
        ((await server.get("registered-models/search", { filter, ...more })).json ?? {}) as {
          registered_models?: { name: string }[];
        }
      ).registered_models?.map(({ name }) => name.slice(stem.length + 1)) ?? [];
    wantsMatch(await search(`name LIKE '${stem}%'`), ["B", "a", "c"]);
    wantsMatch(await search(`name LIKE '${stem}%'`, { order_by: "name DESC" }), ["c", "a", "B"]);
    wantsMatch(await search(`name LIKE '${stem}%' AND tags.end ILIKE 'b'`), ["B"]);
    wantsMatch(await search(`name LIKE '${stem}%' and tags.\`mlflow.prompt.is_prompt\` = 'true'`), ["p"]);
    const first = await server.get("registered-models/search", { filter: `name LIKE '${stem}%'`, max_results: "2" });
    wantsMatch((first.json as { next_page_token?: string }).next_page_token, /./);
    for (const filter of ["nonsense = 'a'", "name = a", "name > 'a'"])
      refuses(await server.get("registered-models/search", { filter }), "INVALID_PARAMETER_VALUE", 400);
    refuses(await server.get("registered-models/search", { max_results: "1001" }), "INVALID_PARAMETER_VALUE", 400);
  }),
  audit("R-VERSION-1", "MUST number versions from 1 as strings, and never give a number twice", async (server) => {
    const name = await server.model(2);
    const { id, artifactUri } = await server.run();
    await server.made("model-versions/delete", { name, version: "2" }, "DELETE");
    const made = await server.made("model-versions/create", {
      name,
      source: `${artifactUri}/m`,
      run_id: id,
      description: "d",
      tags: [{ key: "k", value: "v" }],
    });
    wantsMatch(made, {
      model_version: {
        name,
        version: "3",
        current_stage: "None",
        status: "READY",
        run_id: id,
        source: `${artifactUri}/m`,
        description: "d",
        tags: [{ key: "k", value: "v" }],
      },
    });
    refuses(
      await server.get("model-versions/get", { name, version: "2" }),
      "RESOURCE_DOES_NOT_EXIST",
      404,
      `Model Version (name=${name}, version=2) not found`,
    );
    refuses(
      await server.get("model-versions/get", { name, version: "two" }),
      "INVALID_PARAMETER_VALUE",
      400,
      "must be an integer",
    );
    wants(await server.get("model-versions/get-download-uri", { name, version: "3" }), 200, {
      artifact_uri: `${artifactUri}/m`,
    });
  }),
  audit(
    "R-VERSION-2",
    "MUST refuse sources outside the run that is named, whatever their scheme and encoding",
    async (server) => {
      const name = await server.model();
      const { id, artifactUri } = await server.run();
      const other = await server.run();
      const bad = [
        "/etc/passwd",
        "file:///etc",
        "relative/path",
        "http://example.com/model",
        `${other.artifactUri}/model`,
        `${artifactUri}/../../${other.id}/artifacts`,
        `${artifactUri}/%2e%2e/%2e%2e/x`,
        `${artifactUri}/%252e%252e/x`,
        `runs:/${other.id}/model`,
        "models:/m-00000000000000000000000000000000",
        "mlflow-artifacts://elsewhere:80/0/model",
      ];
      for (const source of bad) {
        const reply = await server.post("model-versions/create", { name, source, run_id: id });
        if (reply.status !== 400)
          throw new Error(`${source} is answered with ${reply.status}: ${reply.text.slice(0, 200)}`);
      }
      refuses(
        await server.post("model-versions/create", { name, source: `${artifactUri}/model` }),
        "INVALID_PARAMETER_VALUE",
        400,
      );
      await server.made("model-versions/create", { name, source: `runs:/${id}/model`, run_id: id });
    },
  ),
  audit("R-VERSION-3", "MUST search versions by name, run, number and tag, newest change first", async (server) => {
    const name = await server.model(3);
    await server.made("model-versions/set-tag", { name, version: "2", key: "verdict", value: "good" });
    const search = async (filter: string, more = {}) =>
      (
        ((await server.get("model-versions/search", { filter, ...more })).json ?? {}) as {
          model_versions?: { version: string }[];
        }
      ).model_versions?.map(({ version }) => version) ?? [];
    wantsMatch(await search(`name = '${name}'`, { order_by: "version_number ASC" }), ["1", "2", "3"]);
    wantsMatch(await search(`name = '${name}' and version_number > 1`, { order_by: "version_number DESC" }), [
      "3",
      "2",
    ]);
    wantsMatch(await search(`name = '${name}' and version_number = '2'`), ["2"]);
    wantsMatch(await search(`name IN ('${name}', 'x') and tags.verdict = 'good'`), ["2"]);
    wantsMatch(await search(`name = '${name}' and run_id = 'none'`), []);
    await server.made("model-versions/delete", { name, version: "1" }, "DELETE");
    wantsMatch((await search(`name = '${name}'`)).length, 2);
  }),
  audit(
    "R-STAGE-1",
    "MUST move versions through the stages in any case, and archive the others when asked",
    async (server) => {
      const name = await server.model(2);
      const move = (version: string, stage: string, archive = false) =>
        server.post("model-versions/transition-stage", { name, version, stage, archive_existing_versions: archive });
      wants(await move("1", "production"), 200, { model_version: { current_stage: "Production" } });
      wants(await move("2", "PRODUCTION", true), 200, { model_version: { current_stage: "Production" } });
      wants(await server.get("model-versions/get", { name, version: "1" }), 200, {
        model_version: { current_stage: "Archived" },
      });
      refuses(await move("1", "nowhere"), "INVALID_PARAMETER_VALUE", 400, "Invalid Model Version stage");
      wants(await server.post("registered-models/get-latest-versions", { name, stages: ["Production"] }), 200, {
        model_versions: [{ version: "2" }],
      });
      wants(await server.get("registered-models/get-latest-versions", { name }), 200, {
        model_versions: [{ version: "1" }, { version: "2" }],
      });
    },
  ),
  audit(
    "R-ALIAS-1",
    "MUST move an alias, find it in any place where versions are shown, and drop it with its version",
    async (server) => {
      const name = await server.model(2);
      await server.made("registered-models/alias", { name, alias: "champion", version: "1" });
      await server.made("registered-models/alias", { name, alias: "champion", version: "2" });
      wants(await server.get("registered-models/alias", { name, alias: "champion" }), 200, {
        model_version: { version: "2", aliases: ["champion"] },
      });
      wants(await server.get("registered-models/alias", { name, alias: "latest" }), 200, {
        model_version: { version: "2" },
      });
      await server.made("model-versions/delete", { name, version: "2" }, "DELETE");
      refuses(await server.get("registered-models/alias", { name, alias: "champion" }), "INVALID_PARAMETER_VALUE", 400);
      await server.made("registered-models/alias", { name, alias: "none" }, "DELETE");
    },
  ),
  audit(
    "R-ALIAS-2",
    "MUST answer INVALID_PARAMETER_VALUE for an alias never set, 404 for an absent model",
    async (server) => {
      const name = await server.model(1);
      refuses(
        await server.get("registered-models/alias", { name, alias: "none" }),
        "INVALID_PARAMETER_VALUE",
        400,
        "Registered model alias none not found.",
      );
      refuses(
        await server.get("registered-models/alias", { name: "no such", alias: "a" }),
        "RESOURCE_DOES_NOT_EXIST",
        404,
      );
      refuses(
        await server.post("registered-models/alias", { name, alias: "a", version: "9" }),
        "RESOURCE_DOES_NOT_EXIST",
        404,
      );
      for (const alias of ["latest", "Latest", "v1", "V22", "a b", "a/b"])
        refuses(
          await server.post("registered-models/alias", { name, alias, version: "1" }),
          "INVALID_PARAMETER_VALUE",
          400,
        );
    },
  ),
  audit("R-TAG-1", "MUST take tag values of 100,000 characters and refuse longer ones", async (server) => {
    const name = await server.model(1);
    await server.made("registered-models/set-tag", { name, key: "k", value: "x".repeat(100_000) });
    refuses(
      await server.post("registered-models/set-tag", { name, key: "k", value: "x".repeat(100_001) }),
      "INVALID_PARAMETER_VALUE",
      400,
    );
    await server.made("registered-models/delete-tag", { name, key: "none" }, "DELETE");
    await server.made("model-versions/delete-tag", { name, version: "1", key: "none" }, "DELETE");
  }),
  audit(
    "L-MODEL-1",
    "MUST make a logged model pending, finalize it, and register it by models:/m-ID",
    async (server) => {
      const experiment_id = await server.experiment();
      const { id } = await server.run(experiment_id);
      const { model } = (await server.made("logged-models", {
        experiment_id,
        name: "lda",
        source_run_id: id,
        params: [{ key: "p", value: "1" }],
      })) as {
        model: { info: { model_id: string } };
      };
      const { model_id } = model.info;
      wantsMatch(model_id, /^m-[0-9a-f]{32}$/);
      const artifact_uri = `mlflow-artifacts:/${experiment_id}/models/${model_id}/artifacts`;
      wantsMatch(model, {
        info: { name: "lda", status: "LOGGED_MODEL_PENDING", artifact_uri },
        data: { params: [{ key: "p", value: "1" }] },
      });
      wants(await server.post(`logged-models/${model_id}`, { model_id, status: "LOGGED_MODEL_READY" }, "PATCH"), 200, {
        model: { info: { status: "LOGGED_MODEL_READY" } },
      });
      await server.made(`logged-models/${model_id}/tags`, { tags: [{ key: "k", value: "v" }] }, "PATCH");
      await server.made("runs/outputs", { run_id: id, models: [{ model_id, step: 0 }] });
      wants(await server.get("runs/get", { run_id: id }), 200, { run: { outputs: { model_outputs: [{ model_id }] } } });
      const name = await server.model();
      wantsMatch(await server.made("model-versions/create", { name, source: `models:/${model_id}`, model_id }), {
        model_version: { run_id: id, source: `models:/${model_id}` },
      });
      wants(await server.get("model-versions/get-download-uri", { name, version: "1" }), 200, { artifact_uri });
      const found = await server.made("logged-models/search", {
        experiment_ids: [experiment_id],
        filter: "params.p = '1' and name = 'lda'",
      });
      wantsMatch(found, { models: [{ info: { model_id } }] });
      await server.made(`logged-models/${model_id}`, {}, "DELETE");
      refuses(await server.get(`logged-models/${model_id}`), "RESOURCE_DOES_NOT_EXIST", 404);
    },
  ),
];
