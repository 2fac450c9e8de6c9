import { audit, refuses, unique, wants, wantsMatch } from "./audit";

export const experimentAudits = [
  audit("E-CREATE-1", "MUST give ids as decimal strings and a location under mlflow-artifacts:", async (server) => {
    const name = unique("audit");
    const { experiment_id } = await server.made("experiments/create", { name, tags: [{ key: "team", value: "eeg" }] });
    wantsMatch(experiment_id, /^\d+$/);
    wants(await server.get("experiments/get", { experiment_id: String(experiment_id) }), 200, {
      experiment: {
        experiment_id,
        name,
        artifact_location: `mlflow-artifacts:/${String(experiment_id)}`,
        lifecycle_stage: "active",
        tags: [{ key: "team", value: "eeg" }],
      },
    });
  }),
  audit(
    "E-CREATE-2",
    "MUST refuse a taken name with RESOURCE_ALREADY_EXISTS and 400, of a deleted one too",
    async (server) => {
      const name = unique("audit");
      const { experiment_id } = await server.made("experiments/create", { name });
      refuses(
        await server.post("experiments/create", { name }),
        "RESOURCE_ALREADY_EXISTS",
        400,
        `Experiment(name=${name}) already exists`,
      );
      await server.made("experiments/delete", { experiment_id });
      refuses(await server.post("experiments/create", { name }), "RESOURCE_ALREADY_EXISTS", 400);
    },
  ),
  audit("E-CREATE-3", "MUST refuse a name of more than 500 characters", async (server) => {
    refuses(
      await server.post("experiments/create", { name: "x".repeat(501) }),
      "INVALID_PARAMETER_VALUE",
      400,
      "exceeds the maximum length of 500",
    );
  }),
  audit("E-CREATE-4", "MUST refuse an artifact location that names a host", async (server) => {
    const body = { name: unique("audit"), artifact_location: "http://169.254.169.254/latest" };
    refuses(await server.post("experiments/create", body), "INVALID_PARAMETER_VALUE", 400, "'http' scheme");
  }),
  audit("E-GET-1", "MUST answer 404 for an absent experiment, and 400 for an id that is no integer", async (server) => {
    refuses(
      await server.get("experiments/get", { experiment_id: "999999" }),
      "RESOURCE_DOES_NOT_EXIST",
      404,
      "No Experiment with id=999999 exists",
    );
    refuses(await server.get("experiments/get", { experiment_id: "abc" }), "INVALID_PARAMETER_VALUE", 400);
    refuses(
      await server.get("experiments/get-by-name", { experiment_name: "no such" }),
      "RESOURCE_DOES_NOT_EXIST",
      404,
      "Could not find experiment with name 'no such'",
    );
  }),
  audit(
    "E-DELETE-1",
    "MUST take the runs along when it deletes and restores, and refuse to do either twice",
    async (server) => {
      const experiment_id = await server.experiment();
      const { id } = await server.run(experiment_id);
      await server.made("experiments/delete", { experiment_id });
      refuses(await server.post("experiments/delete", { experiment_id }), "RESOURCE_DOES_NOT_EXIST", 404);
      wants(await server.get("runs/get", { run_id: id }), 200, { run: { info: { lifecycle_stage: "deleted" } } });
      refuses(
        await server.post("runs/create", { experiment_id }),
        "INVALID_PARAMETER_VALUE",
        400,
        "must be in the 'active' state",
      );
      refuses(
        await server.post("experiments/set-experiment-tag", { experiment_id, key: "a", value: "b" }),
        "INVALID_PARAMETER_VALUE",
        400,
      );
      await server.made("experiments/restore", { experiment_id });
      wants(await server.get("runs/get", { run_id: id }), 200, { run: { info: { lifecycle_stage: "active" } } });
      refuses(await server.post("experiments/restore", { experiment_id }), "RESOURCE_DOES_NOT_EXIST", 404);
    },
  ),
  audit(
    "E-TAG-1",
    "MUST set, overwrite and delete tags, and answer 404 for a tag that is not there",
    async (server) => {
      const experiment_id = await server.experiment();
      await server.made("experiments/set-experiment-tag", { experiment_id, key: "k", value: "1" });
      await server.made("experiments/set-experiment-tag", { experiment_id, key: "k", value: "2" });
      wants(await server.get("experiments/get", { experiment_id }), 200, {
        experiment: { tags: [{ key: "k", value: "2" }] },
      });
      await server.made("experiments/delete-experiment-tag", { experiment_id, key: "k" });
      refuses(
        await server.post("experiments/delete-experiment-tag", { experiment_id, key: "k" }),
        "RESOURCE_DOES_NOT_EXIST",
        404,
      );
    },
  ),
  audit("E-SEARCH-1", "MUST filter by name and tag, order, and page until the token is absent", async (server) => {
    const team = unique("team");
    const names: string[] = [];
    for (let i = 0; i < 5; i++) {
      names.push(unique("audit"));
      await server.made("experiments/create", { name: names[i], tags: [{ key: "team", value: team }] });
    }
    const found: string[] = [];
    let page_token: string | undefined;
    do {
      const answer = (await server.made("experiments/search", {
        filter: `tags.team = '${team}' AND name != '${names[1]!}'`,
        order_by: ["name DESC"],
        max_results: 2,
        page_token,
      })) as { experiments: { name: string }[]; next_page_token?: string };
      found.push(...answer.experiments.map(({ name }) => name));
      page_token = answer.next_page_token;
    } while (page_token);
    wantsMatch(
      found,
      names
        .filter((_, index) => index !== 1)
        .sort()
        .reverse(),
    );
  }),
  audit(
    "E-SEARCH-2",
    "MUST leave out empty lists, and refuse what is no filter, no order and no token",
    async (server) => {
      wantsMatch(
        await server.made("experiments/search", { filter: "name = 'no such experiment'", max_results: 1 }),
        {},
      );
      const bad = [
        { filter: "name = unquoted" },
        { filter: "nonsense" },
        { filter: "name = 'a' OR name = 'b'" },
        { order_by: ["nonsense"] },
        { page_token: "%%%" },
        { filter: "attributes.name = 'a'" },
      ];
      for (const body of bad)
        refuses(await server.post("experiments/search", { max_results: 1, ...body }), "INVALID_PARAMETER_VALUE", 400);
    },
  ),
];
