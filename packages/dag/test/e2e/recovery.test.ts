import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Site, until } from "./standalone";

let site: Site;
afterEach(() => site.remove());

const N_ITEMS = 6;
/** Each instance writes when it starts and ends, with its process: what ran beside what can be read from the file. */
const LONG = `import { dag } from "@p300/dag";
import { appendFileSync } from "node:fs";
const say = (what: string) => appendFileSync(process.env["P300_TEST_TRACE"]!, what + "\\n");
export default dag({ dagId: "long", schedule: null }, (d) => {
  const items = d.task("items", async () => Array.from({ length: ${N_ITEMS} }, (_, i) => i));
  const work = d.task("work", { expand: { item: items.output } }, async ({ args, tryNumber, signal }) => {
    say(\`start \${args.item} \${process.pid} \${tryNumber}\`);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    say(\`end \${args.item} \${process.pid} \${tryNumber}\`);
    return args.item * 10;
  });
  d.task("sum", { args: { parts: work.output } }, async ({ args }) => [...args.parts].reduce((a, b) => a + b, 0));
});
`;

vi.setConfig({ testTimeout: 180_000 }); // processes on a machine that may be busy

const readTrace = (path: string) =>
  (existsSync(path) ? readFileSync(path, "utf8") : "")
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [what, item, pid, tryNumber] = line.split(" ");
      return { what, item: Number(item), pid: Number(pid), tryNumber: Number(tryNumber) };
    });

/** Ends that do not follow their own start: their instance ran twice at once. And items that never ended. */
function overlaps(trace: ReturnType<typeof readTrace>): unknown[] {
  return Array.from({ length: N_ITEMS }, (_, item) => trace.filter((line) => line.item === item)).flatMap(
    (lines, item) => [
      ...lines.filter(
        ({ what, pid }, i) => what === "end" && !(lines[i - 1]?.what === "start" && lines[i - 1]?.pid === pid),
      ),
      ...(lines.at(-1)?.what === "end" ? [] : [`item ${item} did not end`]),
    ],
  );
}

test("after kill -9 in the middle of a run, a restart finishes it: nothing lost, nothing run beside itself", async () => {
  site = new Site({ "long.ts": LONG });
  const trace = join(site.folder, "trace.txt");
  const first = await site.start([], { P300_TEST_TRACE: trace });
  const { dag_run_id: runId } = await first.client.triggerDag("long");
  // In the middle: some instances ended, some run, some have not begun.
  await until(
    () => {
      const lines = readTrace(trace);
      const nStarted = lines.filter(({ what }) => what === "start").length;
      const nEnded = lines.filter(({ what }) => what === "end").length;
      return nEnded >= 1 && nStarted > nEnded ? true : null;
    },
    () => `no instance was running after another had ended:\n${first.output.stderr}`,
  );
  first.child.kill("SIGKILL");
  await first.output.exit;
  const endedBefore = readTrace(trace).filter(({ what }) => what === "end").length;
  expect(endedBefore).toBeLessThan(N_ITEMS);

  const second = await site.start([], { P300_TEST_TRACE: trace });
  const run = await second.client.waitForRun("long", runId, { timeoutSeconds: 60 });
  expect(run.state).toBe("success");
  expect(await second.client.getXCom("long", runId, "sum")).toBe(150);
  const instances = await second.client.listTaskInstances("long", runId);
  expect(instances).toHaveLength(N_ITEMS + 2);
  expect(instances.every(({ state }) => state === "success")).toBe(true);
  expect(overlaps(readTrace(trace))).toEqual([]);

  second.child.kill("SIGTERM");
  expect(await second.output.exit).toBe(0);
  await site.gone();
});

test("kill -9 leaves no process, even when nobody starts again", async () => {
  site = new Site({ "long.ts": LONG });
  const trace = join(site.folder, "trace.txt");
  const { client, child, output } = await site.start([], { P300_TEST_TRACE: trace });
  await client.triggerDag("long");
  await until(
    () => (readTrace(trace).length > 0 ? true : null),
    () => `nothing ran:\n${output.stderr}`,
  );
  child.kill("SIGKILL");
  await site.gone();
  expect(site.processes()).toEqual([]);
});

test("Ctrl-C in the middle of a run ends with exit 0 and no process; the next start finishes the run", async () => {
  site = new Site({ "long.ts": LONG });
  const trace = join(site.folder, "trace.txt");
  const first = await site.start([], { P300_TEST_TRACE: trace });
  const { dag_run_id: runId } = await first.client.triggerDag("long");
  await until(
    () => (readTrace(trace).some(({ what }) => what === "end") ? true : null),
    () => `nothing ran:\n${first.output.stderr}`,
  );
  first.child.kill("SIGINT");
  expect(await first.output.exit).toBe(0);
  await site.gone();
  expect(existsSync(join(site.home, "standalone.json"))).toBe(false);

  const second = await site.start([], { P300_TEST_TRACE: trace });
  expect((await second.client.waitForRun("long", runId, { timeoutSeconds: 60 })).state).toBe("success");
  expect(await second.client.getXCom("long", runId, "sum")).toBe(150);
  expect(overlaps(readTrace(trace))).toEqual([]);
  second.child.kill("SIGTERM");
  expect(await second.output.exit).toBe(0);
  await site.gone();
});
