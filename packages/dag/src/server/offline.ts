import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ClientError } from "../errors";
import { TokenSigner } from "./auth";
import { DagVersions } from "./versions";
import { acquireHomeLock } from "../store/home-lock";
import { openStore } from "../store/open";
import { DagClient } from "../client/client";
import { localTransport } from "./local";

/**
 * A client that works on a home's database itself, while no standalone runs on it. It holds the home's lock until `close()`.
 * Runs that it triggers wait for the next standalone.
 * @throws {HomeInUseError} when a standalone runs there after all.
 * @throws {ClientError} when the home has no database.
 */
export async function openOffline(home: string): Promise<DagClient> {
  const file = join(home, "dag.db");
  if ((await stat(file).catch(() => null)) === null)
    throw new ClientError(
      `${home} holds no database yet: start "p300-dag standalone --home ${home}" first, or give another --home`,
    );
  const lock = await acquireHomeLock(home);
  try {
    const store = await openStore({ database: `sqlite:///${file}` });
    const context = {
      store,
      versions: new DagVersions(store),
      nudge: () => undefined,
      rescan: () => Promise.resolve(),
      logsFolder: join(home, "logs"),
      tokens: new TokenSigner(),
      clock: Date.now,
      triggeredBy: "cli" as const,
    };
    const close = async (): Promise<void> => {
      await store.close();
      await lock.release();
    };
    return new DagClient(localTransport(context, "cli", close));
  } catch (error) {
    await lock.release();
    throw error;
  }
}
