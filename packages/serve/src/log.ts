import { pino, type Logger } from "pino";
import { OptionError } from "./errors";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * The command's logger: JSON lines on standard error, so that standard output is for results.
 * @throws {OptionError} for a level that pino does not have.
 */
export function commandLogger(level = "info"): Logger {
  if (!LEVELS.includes(level))
    throw new OptionError(`P300_LOG_LEVEL: expected one of ${LEVELS.join(", ")}, got ${JSON.stringify(level)}`);
  const destination = pino.destination({ dest: 2, sync: true });
  destination.on("error", () => {}); // nobody reads the log any more: serving goes on
  return pino({ name: "p300-serve", level }, destination);
}
