import { afterEach, expect, test } from "vitest";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Site } from "./standalone";

let site: Site;
afterEach(() => site.remove());

test("a CommonJS program starts a standalone, runs a DAG, and ends by itself", async () => {
  site = new Site({
    "one.ts": `import { dag } from "@p300/dag";\nexport default dag({ dagId: "one", schedule: null }, (d) => { d.task("only", async () => 41 + 1); });`,
  });
  const program = `
const { connect, startStandalone } = require(${JSON.stringify(fileURLToPath(new URL("../../dist/server.cjs", import.meta.url)))});
(async () => {
  const standalone = await startStandalone({ dagsFolder: ${JSON.stringify(site.dagsFolder)}, home: ${JSON.stringify(site.home)}, port: 0, workers: 1 });
  const client = await connect({ home: standalone.home });
  const { dag_run_id } = await client.triggerDag("one");
  const run = await client.waitForRun("one", dag_run_id, { timeoutSeconds: 50 });
  process.stdout.write(run.state + " " + (await client.getXCom("one", dag_run_id, "only")));
  await standalone.close();
})();`;
  const child = spawn(process.execPath, ["--eval", program], {
    env: site.env,
    cwd: site.folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "success 42", stderr: "" });
  await site.gone();
}, 180_000);
