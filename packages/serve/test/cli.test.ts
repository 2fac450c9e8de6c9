import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { post, send, until } from "./fakes";
import { saveSmallModel } from "./models";
import {
  end,
  isAlive,
  killAll,
  logLines,
  occupyPort,
  replicaPids,
  start,
  startListening,
  whenEnded,
} from "./processes";

let dir: string;
let model: string;
const ROW = { features: [1, 2, 3, 4, 5, 6, 7, 8] };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "p300-serve-"));
  model = join(dir, "model");
  await saveSmallModel(model);
});
vi.setConfig({ testTimeout: 240_000 }); // processes start slowly while other suites run
afterEach(killAll);
afterAll(() => rm(dir, { recursive: true, force: true }));

async function outcome(args: readonly string[], env: Record<string, string> = {}) {
  const command = start(args, env);
  const [code] = await whenEnded(command);
  return { code, stdout: command.stdout, stderr: command.stderr };
}

describe("the command line", () => {
  test("--help and --version go to standard output", async () => {
    const help = await outcome(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const option of [
      "--champion",
      "--challenger",
      "--registry",
      "--host",
      "--port",
      "--replicas",
      "--api-key",
      "--json",
    ])
      expect(help.stdout).toContain(option);
    expect(await outcome(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  test.each([
    [["--prot", "1"], /unknown option '--prot'/],
    [["extra"], /too many arguments/],
    [["--port", "70000"], /--port .*70000.* whole number from 0 to 65535/],
    [["--port", "8e3"], /whole number/],
    [["--replicas", "0"], /whole number from 1 to 64/],
    [["--registry", "localhost:5000"], /http:\/\/ or https:\/\/ address/],
    [["--champion", "models:/M"], /model URI "models:\/M".*models:\/NAME@alias/],
    [["--api-key", ","], /at least one key/],
    [["--champion"], /argument missing/],
  ])("%j is misuse: one line, exit 2", async (args, message) => {
    const { code, stdout, stderr } = await outcome(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^p300-serve: [^\n]*\n$/);
  });

  test("an unknown log level is misuse", async () => {
    expect(await outcome([], { P300_LOG_LEVEL: "loud" })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("P300_LOG_LEVEL") as string,
    });
  });

  test("a folder without a model, or with a broken one, is one line and exit 1", async () => {
    const missing = await outcome(["--champion", join(dir, "none")]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^p300-serve: no model in \S+none: [^\n]*\n$/);
    const broken = join(dir, "broken");
    await saveSmallModel(broken);
    await writeFile(join(broken, "model.json"), "{");
    const { code, stderr } = await outcome(["--champion", broken, "--replicas", "2"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^p300-serve: no model in \S+broken: [^\n]*\n$/);
  });

  test.each([1, 2])("a port in use is one line and exit 1, with --replicas %i", async (replicas) => {
    const { port, server } = await occupyPort();
    const { code, stdout, stderr } = await outcome(
      ["--champion", model, "--port", String(port), "--replicas", String(replicas)],
      { P300_LOG_LEVEL: "silent" },
    );
    server.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `p300-serve: cannot listen on 127.0.0.1:${port}: the port is in use: stop the other program or choose another --port\n`,
    );
  });
});

describe("one process", () => {
  test("serves a folder, and --json tells the address", async () => {
    const command = start(["--champion", model, "--port", "0", "--json"]);
    await until("its address", () => command.stdout.endsWith("\n"));
    const { url, replicas, pid } = JSON.parse(command.stdout) as { url: string; replicas: number; pid: number };
    expect([replicas, pid]).toEqual([1, command.child.pid]);
    const reply = await post(`${url}/predict/`, ROW);
    expect(reply.json["model_version_loaded"]).toBe(`v0 (source: ${model})`);
    expect((await send(`${url}/health`)).json["model_version_loaded"]).toBe("v0");
    expect(await end(command)).toEqual([0, null]);
  });

  test("starts while the registry is down, and says so", async () => {
    const { port, server } = await occupyPort();
    await new Promise((resolve) => server.close(resolve)); // nobody listens there now
    const command = await startListening([
      "--registry",
      `http://127.0.0.1:${port}`,
      "--champion",
      "models:/M@champion",
      "--challenger",
      "models:/M@challenger",
    ]);
    const reply = await post(`${command.url}/predict/`, ROW);
    expect(reply.status).toBe(503);
    expect(reply.json["error"]).toMatch(/champion: no model is loaded: models:\/M@champion cannot be resolved/);
    expect((await send(`${command.url}/health`)).status).toBe(503);
    expect((await send(`${command.url}/nginx_health`)).status).toBe(200);
    const warnings = logLines(command).filter(({ msg }) => msg === "model not as configured");
    expect(warnings.map(({ slot }) => slot).sort()).toEqual(["challenger", "champion"]);
    expect(await end(command, "SIGINT")).toEqual([0, null]);
  });

  test("keys from the environment guard what predicts", async () => {
    const command = await startListening(["--champion", model], { P300_API_KEY: "one,two" });
    expect((await post(`${command.url}/predict/`, ROW)).status).toBe(401);
    expect((await post(`${command.url}/predict/`, ROW, { "x-api-key": "two" })).status).toBe(200);
    expect((await send(`${command.url}/metrics`)).status).toBe(200);
  });

  test.each([1, 2])(
    "SIGTERM with %i replicas: health turns 503, what is in flight is finished, exit 0",
    async (replicas) => {
      const command = await startListening([
        "--champion",
        model,
        "--replicas",
        String(replicas),
        "--drain-seconds",
        "3",
      ]);
      const { hostname, port } = new URL(command.url);
      const body = JSON.stringify(ROW);
      const socket = connect(Number(port), hostname);
      let answer = "";
      socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.write(`POST /predict/ HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
      await until("the request is in flight", async () => {
        const text = (await send(`${command.url}/metrics`)).text;
        return /^p300_http_requests_in_flight 2$/m.test(text);
      });
      command.child.kill("SIGTERM");
      await until("health says so", async () => (await send(`${command.url}/health`)).status === 503);
      expect(answer).toBe("");
      socket.write(body.slice(10));
      await closed;
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
      expect(await whenEnded(command)).toEqual([0, null]);
      expect(replicaPids(command).filter(isAlive)).toEqual([]);
    },
  );
});

describe("replicas", () => {
  test("one that is killed is replaced, and the counts of the dead are kept", async () => {
    const command = await startListening(["--champion", model, "--replicas", "2"]);
    const [first] = replicaPids(command);
    for (let i = 0; i < 20; i++) expect((await post(`${command.url}/predict/`, ROW)).status).toBe(200);
    const total = async () => {
      const { text } = await send(`${command.url}/metrics`);
      const series = [...text.matchAll(/^p300_http_requests_total\{route="\/predict\/".*\} (\d+)$/gm)];
      return series.reduce((sum, [, count]) => sum + Number(count), 0);
    };
    await until("all are counted", async () => (await total()) === 20);
    process.kill(first!, "SIGKILL");
    await until("another listens", () => replicaPids(command).length === 3);
    expect(isAlive(first!)).toBe(false);
    for (let i = 0; i < 20; i++) expect((await post(`${command.url}/predict/`, ROW)).status).toBe(200);
    await until("all are counted", async () => (await total()) === 40);
    expect((await send(`${command.url}/metrics`)).text).toMatch(/^p300_replica_restarts_total 1$/m);
    expect(await end(command)).toEqual([0, null]);
    expect(replicaPids(command).filter(isAlive)).toEqual([]);
  });

  test("end with a primary that is killed", async () => {
    const command = await startListening(["--champion", model, "--replicas", "2"]);
    const pids = replicaPids(command);
    expect(pids.filter(isAlive)).toHaveLength(2);
    await end(command, "SIGKILL");
    await until("the replicas are gone", () => !pids.some(isAlive));
  });

  test("one that is told to end is replaced without a failed request", async () => {
    const command = await startListening(["--champion", model, "--replicas", "2", "--drain-seconds", "0.3"]);
    const pids = replicaPids(command);
    const load = { stop: false };
    const outcomes = new Set<number | string>();
    const loops = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!load.stop)
          outcomes.add(
            await post(`${command.url}/predict/`, ROW).then(
              ({ status }) => status,
              (error: Error) => error.message,
            ),
          );
      }),
    );
    process.kill(pids[0]!, "SIGTERM");
    await until("another listens", () => replicaPids(command).length === 3 && !isAlive(pids[0]!));
    load.stop = true;
    await loops;
    expect([...outcomes]).toEqual([200]);
  });
});
