import type { Store } from "../store/store";
import type { TokenSigner } from "./auth";
import type { DagVersions } from "./versions";

/** What the handlers work with. */
export interface ApiContext {
  readonly store: Store;
  readonly versions: DagVersions;
  /** Tells the scheduler that something changed. */
  readonly nudge: () => void;
  /** Loads the dags folder again. */
  readonly rescan: () => Promise<void>;
  readonly logsFolder: string;
  readonly tokens: TokenSigner;
  readonly clock: () => number;
  /** How runs that this API makes were triggered. */
  readonly triggeredBy: "rest_api" | "cli";
}
