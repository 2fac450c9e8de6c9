import { OptionError } from "./errors";

/** Checks that there is an object, for callers without types.
 * @throws {OptionError} when there is none. */
export function checkObject(name: string, value: unknown, wanted: string): asserts value is object {
  if (typeof value !== "object" || value === null) throw new OptionError(name, value, wanted);
}

/** Checks an options object that may be left out, for callers without types. @throws {OptionError} when it is none. */
export function checkOptions(options: unknown): void {
  if (options !== undefined) checkObject("options", options, "an object of options, or nothing");
}

/** @throws {OptionError} when it is no text with something in it. */
export function checkPath(path: unknown, name = "path"): asserts path is string {
  if (typeof path !== "string" || path === "" || path.includes("\0"))
    throw new OptionError(name, typeof path === "string" ? JSON.stringify(path) : path, "the path of a file or folder");
}
