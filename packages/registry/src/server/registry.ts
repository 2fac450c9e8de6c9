import type { Logger } from "pino";
import type { ArtifactStore } from "../artifacts/store";
import { invalidParameter } from "../errors";
import type { Store } from "../store/database";
import { authorityOf, schemeOf } from "./source";

/** What every handler works on. */
export interface Registry {
  readonly store: Store;
  readonly artifacts: ArtifactStore;
  readonly log: Logger;
}

const PROXIED = "mlflow-artifacts";

/**
 * The path in the artifact store of an address such as `mlflow-artifacts:/0/RUN/artifacts`.
 * @throws {RequestError} INVALID_PARAMETER_VALUE for artifacts that are kept elsewhere: an address is the choice of who
 * made the experiment, and this server reads no file of its machine and no bucket for them but its own.
 */
export function proxiedPath(address: string): string {
  if (schemeOf(address) !== PROXIED || authorityOf(address) !== "")
    throw invalidParameter(
      `The artifacts at ${address.slice(0, 300)} are not kept by this server: read them there, it serves ${PROXIED}: addresses.`,
    );
  return address.slice(PROXIED.length + 1).replace(/^\/+/, "");
}
