import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join, resolve } from "node:path";
import { ClientError } from "../errors";
import { DagClient } from "./client";
import { httpTransport } from "./http";

/** What a running standalone says of itself in `<home>/standalone.json`. */
export interface StandaloneFile {
  readonly url: string;
  readonly pid: number;
}
export const STANDALONE_FILE = "standalone.json";

export interface ConnectOptions {
  /** Root of an API. Default: P300_DAG_URL, else the standalone that runs on `home`. */
  readonly url?: string;
  /** Default: P300_HOME/dag, else .p300/dag. */
  readonly home?: string;
}

/** Where state is kept when nobody says otherwise. */
export const defaultHome = (env: NodeJS.ProcessEnv = process.env): string =>
  join(resolve(env["P300_HOME"] || ".p300"), "dag");

/**
 * A client of the API at `url`, or of the standalone that runs on `home`.
 * @throws {ClientError} when none runs there.
 */
export async function connect(options: ConnectOptions = {}): Promise<DagClient> {
  const url = options.url ?? (process.env["P300_DAG_URL"] || undefined);
  if (url !== undefined) {
    if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
      throw new ClientError(`${JSON.stringify(url)} is no address of an API: give one such as http://127.0.0.1:8080`);
    return new DagClient(httpTransport(url));
  }
  const home = options.home ?? defaultHome();
  const running = await findStandalone(home);
  if (running === null)
    throw new ClientError(
      `no p300-dag standalone runs on ${home}: start one with "p300-dag standalone --home ${home}", or give --url`,
    );
  return new DagClient(httpTransport(running.url));
}

/** The standalone that runs on a home; null when there is none (any more). */
export async function findStandalone(home: string): Promise<StandaloneFile | null> {
  const text = await readFile(join(home, STANDALONE_FILE), "utf8").catch(() => null);
  const file = text === null ? null : parseFile(text);
  return file !== null && (await isListening(file.url)) ? file : null;
}

function parseFile(text: string): StandaloneFile | null {
  try {
    const { url, pid } = JSON.parse(text) as StandaloneFile;
    return typeof url === "string" && URL.canParse(url) ? { url, pid } : null;
  } catch {
    return null;
  }
}

/** A standalone that was killed leaves its file; its process id may be another's by now, so the port is asked. */
function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolveListening) => {
    const socket = createConnection({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolveListening(answer);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}
