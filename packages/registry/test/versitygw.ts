import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, until } from "./processes";

export interface S3Server {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A new bucket's name. */
  makeBucket(): string;
  stop(): Promise<void>;
}

/** Starts a real S3 server whose buckets are the folders of `folder`. */
export async function startVersitygw(binary: string, folder: string): Promise<S3Server> {
  const credentials = { accessKeyId: "tester", secretAccessKey: "tester-secret" };
  const port = await freePort();
  const root = join(folder, "buckets");
  mkdirSync(root);
  const args = ["--access", credentials.accessKeyId, "--secret", credentials.secretAccessKey, "--port"];
  const child = spawn(binary, [...args, `127.0.0.1:${port}`, "--quiet", "posix", root], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  let buckets = 0;
  const server: S3Server = {
    endpoint,
    credentials,
    makeBucket() {
      const name = `bucket-${++buckets}`;
      mkdirSync(join(root, name));
      return name;
    },
    async stop() {
      child.kill("SIGTERM");
      await closed;
    },
  };
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(output);
      return (await fetch(endpoint)).status;
    }, "versitygw answers");
  } catch (error) {
    await server.stop();
    throw new Error(`versitygw did not start: ${output.slice(-2000)}`, { cause: error });
  }
  return server;
}
