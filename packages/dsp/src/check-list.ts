import { OptionError } from "./errors";

/** Checks that a list is one, for callers without types.
 * @throws {OptionError} when it is none. */
export function checkList(name: string, list: unknown, wanted: string): void {
  if (!Array.isArray(list)) throw new OptionError(name, list, `a list of ${wanted}`);
}
