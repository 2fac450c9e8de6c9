import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { BUCKETS } from "../src/settings";

/** The S3 server that suites use; absent, they are skipped by name, but not in CI. */
export const versitygw = process.env.P300_TEST_VERSITYGW;
if (process.env.CI && !versitygw) throw new Error("P300_TEST_VERSITYGW is not set: run the suites by npm test");

export interface S3Server {
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** An S3 server over a folder, with the pipeline's four buckets. */
export async function startS3(folder: string): Promise<S3Server> {
  for (const bucket of Object.values(BUCKETS)) mkdirSync(join(folder, bucket), { recursive: true });
  const port = await freePort();
  const child = spawn(
    versitygw!,
    ["--access", "access", "--secret", "secret", "--port", `127.0.0.1:${port}`, "posix", folder],
    { stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(url, child);
  return {
    env: {
      MLFLOW_S3_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "access",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "us-east-1",
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with exit ${child.exitCode}`);
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    if (Date.now() > deadline) throw new Error("versitygw does not answer after 30 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
