import { request } from "node:http";
import { audit, AuditFailure, PROXY, refuses, unique, wants, wantsMatch } from "./audit";

/** With headers and a path that `fetch` would not send as they are. */
function rawRequest(url: string, method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.once("error", reject).end();
  });
}

export const httpAudits = [
  audit(
    "H-ROUTE-1",
    "MUST answer under both prefixes, 404 for an unknown route and 405 for a wrong method",
    async (server) => {
      wants(await server.call("GET", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0"), 200, {
        experiment: { name: "Default" },
      });
      wantsMatch((await server.get("no-such-route")).status, 404);
      wantsMatch((await server.post("runs/get", {})).status, 405);
      wantsMatch((await server.call("GET", "/health")).text, "OK");
      wantsMatch((await server.call("GET", "/version")).text.trim(), /^\d+\.\d+\.\d+/);
      wants(await server.call("GET", "/api/3.0/mlflow/server-info"), 200, {
        store_type: "SqlStore",
        workspaces_enabled: false,
      });
    },
  ),
  audit(
    "H-GUARD-1",
    "MUST refuse a foreign Host, except for health, and a foreign Origin that writes",
    async (server) => {
      const path = "/api/2.0/mlflow/experiments/get?experiment_id=0";
      wantsMatch(await rawRequest(server.url, "GET", path, { host: "evil.example" }), 403);
      wantsMatch(await rawRequest(server.url, "GET", "/health", { host: "evil.example" }), 200);
      wantsMatch(await rawRequest(server.url, "GET", path, { host: "192.168.1.5:5000" }), 200);
      const write = (origin: string) =>
        rawRequest(server.url, "POST", "/api/2.0/mlflow/experiments/create", {
          origin,
          "content-type": "application/json",
        });
      wantsMatch(await write("https://evil.example"), 403);
      wantsMatch(await write("http://localhost:3000"), 400); // let in, and then found to have no name
    },
  ),
  audit("H-GUARD-2", "MUST send nosniff and SAMEORIGIN with every answer", async (server) => {
    for (const path of ["/health", "/api/2.0/mlflow/experiments/get?experiment_id=0", "/api/2.0/mlflow/nothing"]) {
      const { headers } = await server.call("GET", path);
      wantsMatch(headers.get("x-content-type-options"), "nosniff");
      wantsMatch(headers.get("x-frame-options"), "SAMEORIGIN");
    }
  }),
  audit(
    "A-PROXY-1",
    "MUST keep files byte for byte under names with blanks, percent signs and other letters",
    async (server) => {
      const folder = unique("audit");
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256);
      for (const name of ["plain.bin", "a b.bin", "50%.bin", "été 脳波.bin", "deep/er/x.bin"]) {
        const path = `${PROXY}/artifacts/${folder}/${name.split("/").map(encodeURIComponent).join("/")}`;
        wantsMatch((await server.call("PUT", path, { body: bytes })).status, 200, name);
        const answer = await fetch(server.url + path);
        if (!answer.ok || Buffer.compare(Buffer.from(await answer.arrayBuffer()), bytes) !== 0)
          throw new AuditFailure(`${name} does not come back as it was`);
        wantsMatch(answer.headers.get("content-disposition"), /^attachment/);
      }
      const listed = (await server.call("GET", `${PROXY}/artifacts?path=${folder}`)).json as {
        files: { path: string; is_dir: boolean; file_size?: number }[];
      };
      const files = listed.files.map(({ path, is_dir }) => `${path} ${is_dir}`).sort();
      wantsMatch(
        files,
        ["50%.bin false", "a b.bin false", "deep true", "plain.bin false", "été 脳波.bin false"].sort(),
      );
      wantsMatch(listed.files.find(({ path }) => path === "plain.bin")?.file_size, 70_000);
    },
  ),
  audit(
    "A-PROXY-2",
    "MUST answer 404 for a missing file, {} for a missing folder, 400 for a folder, and delete trees",
    async (server) => {
      const folder = unique("audit");
      wantsMatch((await server.call("GET", `${PROXY}/artifacts/${folder}/none.txt`)).status, 404);
      wants(await server.call("GET", `${PROXY}/artifacts?path=${folder}`), 200, { files: undefined });
      await server.call("PUT", `${PROXY}/artifacts/${folder}/sub/a.txt`, { body: "a" });
      await server.call("PUT", `${PROXY}/artifacts/${folder}/sub/a.txt`, { body: "b" });
      wantsMatch((await server.call("GET", `${PROXY}/artifacts/${folder}/sub/a.txt`)).text, "b");
      wantsMatch((await server.call("GET", `${PROXY}/artifacts/${folder}/sub`)).status, 400);
      wantsMatch((await server.call("DELETE", `${PROXY}/artifacts/${folder}/sub`)).status, 200);
      wantsMatch((await server.call("GET", `${PROXY}/artifacts/${folder}/sub/a.txt`)).status, 404);
      wantsMatch(
        (
          await server.call("POST", `${PROXY}/mpu/create/${folder}/a.txt`, {
            body: JSON.stringify({ path: "a.txt", num_parts: 2 }),
            headers: { "content-type": "application/json" },
          })
        ).status,
        501,
      );
    },
  ),
  audit("A-PROXY-3", "MUST refuse every path that climbs, in every encoding", async (server) => {
    const climbs = [
      "../x",
      "a/../../x",
      "%2e%2e/x",
      "%2e%2e%2fx",
      "..%2fx",
      "%252e%252e%252fx",
      "%25252e%25252e/x",
      "a/%2e%2e/%2e%2e/x",
      "%2fetc/passwd",
      "/etc/passwd",
      "C:%5Cx",
      "file:%2f%2f%2fetc/passwd",
      "a%23b",
    ];
    for (const path of climbs)
      for (const method of ["GET", "PUT", "DELETE"]) {
        const status = await rawRequest(server.url, method, `${PROXY}/artifacts/${path}`);
        // A server may also resolve the path before it looks for a route, and then find none, or send the caller there.
        if (status !== 400 && status !== 404 && status !== 405 && status !== 308)
          throw new AuditFailure(`${method} ${path} is answered with ${status}`);
      }
    for (const path of ["../x", "/etc", "a/../../b", "%2e%2e/x"])
      refuses(
        await server.call("GET", `${PROXY}/artifacts?path=${encodeURIComponent(path)}`),
        "INVALID_PARAMETER_VALUE",
        400,
      );
  }),
  audit("A-RUN-1", "MUST list and give out a run's files, with paths from the run's root", async (server) => {
    const { id, artifactUri } = await server.run();
    const root = `${PROXY}/artifacts/${artifactUri.replace(/^mlflow-artifacts:\//, "")}`;
    await server.call("PUT", `${root}/model/MLmodel`, { body: "flavors: {}" });
    await server.call("PUT", `${root}/note.txt`, { body: "hello" });
    wants(await server.get("artifacts/list", { run_id: id }), 200, {
      root_uri: artifactUri,
      files: [
        { path: "model", is_dir: true },
        { path: "note.txt", is_dir: false, file_size: 5 },
      ],
    });
    wants(await server.get("artifacts/list", { run_id: id, path: "model" }), 200, {
      files: [{ path: "model/MLmodel", is_dir: false }],
    });
    refuses(await server.get("artifacts/list", { run_id: id, path: "../.." }), "INVALID_PARAMETER_VALUE", 400);
    wantsMatch((await server.call("GET", `/get-artifact?run_id=${id}&path=note.txt`)).text, "hello");
    wantsMatch((await server.call("GET", `/get-artifact?run_id=${id}&path=../../x`)).status, 400);
  }),
];
