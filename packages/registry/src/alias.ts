import { AliasNameError } from "./client/errors";

/**
 * Checks a name before anything is done for it, where the server would refuse it only at the end.
 * @throws {AliasNameError} when MLflow takes no such alias.
 */
export function checkAlias(alias: string): void {
  if (!/^[\w-]{1,255}$/.test(alias) || /^(?:latest|v\d+)$/i.test(alias)) throw new AliasNameError(alias);
}
