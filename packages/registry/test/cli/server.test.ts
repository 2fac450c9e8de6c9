import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../processes";
import { temporaryFolder } from "../temporary";

const BIN = join(import.meta.dirname, "..", "..", "bin", "p300-registry.js");
const server = (args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, [BIN, "server", ...args], env);

function start(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; firstLine: Promise<string>; end: Promise<number | null> } {
  const child = spawn(process.execPath, [BIN, "server", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const end = new Promise<number | null>((resolve) => child.once("close", resolve));
  const firstLine = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    void end.then((code) => reject(new Error(`ended with ${code} and said nothing`)));
  });
  firstLine.catch(() => undefined);
  return { child, firstLine, end };
}

describe("p300-registry server", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("says where it is, answers, and ends with 0 on %s", async (signal) => {
    const home = temporaryFolder();
    const { child, firstLine, end } = start(["--port", "0"], { P300_HOME: home });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await firstLine)?.[0];
    expect(await (await fetch(`${url}/health`)).text()).toBe("OK");
    expect(existsSync(join(home, "registry", "mlflow.db"))).toBe(true);
    expect(existsSync(join(home, "registry", "artifacts"))).toBe(true);
    child.kill(signal);
    expect(await end).toBe(0);
  });

  test("says it as JSON when asked", async () => {
    const folder = temporaryFolder();
    const { firstLine } = start([
      "--port",
      "0",
      "--json",
      "--backend-store-uri",
      `sqlite:///${folder}/a.db`,
      "--artifacts-destination",
      join(folder, "a"),
    ]);
    const { url, port } = JSON.parse(await firstLine) as { url: string; port: number };
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  test("ends with 1 and one line when its port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await server(["--port", String(port)], { P300_HOME: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^p300-registry: port ${port} on 127\\.0\\.0\\.1 is in use.*\\n$`));
  });

  test.each([
    [
      ["--backend-store-uri", "postgresql://localhost/x"],
      /^p300-registry: a postgresql backend store is not supported.*sqlite:\/\/\/.*\n$/,
    ],
    [["--backend-store-uri", "nonsense"], /^p300-registry: backend store URI "nonsense" is not understood.*\n$/],
    [["--host", "203.0.113.1"], /^p300-registry: cannot listen on 203\.0\.113\.1 port 0.*\n$/],
    [["--artifacts-destination", "ftp://x/y"], /^p300-registry: cannot keep artifacts at .*ftp.*\n$/],
  ])("ends with 1 and one line for %j", async (args, line) => {
    const { code, stdout, stderr } = await server(["--port", "0", ...args], { P300_HOME: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(line);
  });

  test("ends with 1 and one line for a file that is no database, and leaves it alone", async () => {
    const path = join(temporaryFolder(), "x.db");
    writeFileSync(path, "text ".repeat(1000));
    const { code, stderr } = await server(["--port", "0", "--backend-store-uri", `sqlite:///${path}`], {
      P300_HOME: temporaryFolder(),
    });
    expect(code).toBe(1);
    expect(stderr).toBe(`p300-registry: cannot open the database ${path}: the file is not an SQLite database\n`);
  });

  test("ends with 1 and one line for a place that is of the wrong kind, and makes nothing there", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "file");
    writeFileSync(file, "");
    const database = join(folder, "new", "mlflow.db");
    const tried = async (backend: string, artifacts: string, env: Record<string, string> = {}) => {
      const args = ["--port", "0", "--backend-store-uri", `sqlite:///${backend}`, "--artifacts-destination", artifacts];
      const { code, stdout, stderr } = await server(args, env);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      return stderr;
    };
    expect(await tried(database, file)).toBe(
      `p300-registry: artifact folder ${file} is not a folder: give one that is\n`,
    );
    expect(await tried(database, join(folder, "a"), { P300_LOG_LEVEL: "bogus" })).toMatch(
      /^p300-registry: log level "bogus" is none: set P300_LOG_LEVEL to one of .*warn.*\n$/,
    );
    expect(existsSync(join(folder, "new"))).toBe(false);
    expect(await tried(folder, join(folder, "a"))).toMatch(/cannot open the database .*: it is a folder; .*\n$/);
    expect(await tried(join(file, "x.db"), join(folder, "a"))).toMatch(
      /database .*: a part of its path is a file; .*\n$/,
    );
  });

  test("ends with 1 and one line for an S3 that is not there", async () => {
    const env = {
      P300_HOME: temporaryFolder(),
      MLFLOW_S3_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
      AWS_REGION: "us-east-1",
    };
    const { code, stderr } = await server(["--port", "0", "--artifacts-destination", "s3://no-such-bucket/x"], env);
    expect(code).toBe(1);
    expect(existsSync(join(env.P300_HOME, "registry", "mlflow.db"))).toBe(false);
    expect(stderr).toMatch(/^p300-registry: .*no-such-bucket.*\n$/);
  });

  test.each([[["--port", "x"]], [["--port", "65536"]], [["--nonsense"]], [["too", "many"]]])(
    "is misused with %j: exit 2",
    async (args) => {
      expect((await server(args)).code).toBe(2);
    },
  );
});
