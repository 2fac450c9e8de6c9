import { KeyRing, splitKeys } from "./auth";
import { Follower } from "./follower";
import { ServeMetrics } from "./metrics";
import { openSource, type ModelChoice } from "./open-source";
import type { Registry } from "./registry";
import { DEFAULT_LIMITS, silentLogger, type Limits, type Logger, type Serving } from "./serving";
import { Slot, type SlotName } from "./slot";

export interface ServingOptions {
  /** `models:/NAME@alias`, `models:/NAME/VERSION`, a model folder, or a predictor of your own. */
  readonly champion?: ModelChoice | undefined;
  readonly challenger?: ModelChoice | undefined;
  /** The registry's tracking address, or a registry of your own; default: MLFLOW_TRACKING_URI. */
  readonly registry?: string | Registry | undefined;
  /** One key, several with commas between them, or a list. Absent: every route is open. */
  readonly apiKey?: string | readonly string[] | undefined;
  /** How often an alias is asked for; default 1000. */
  readonly pollIntervalMillis?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Default: no log. */
  readonly logger?: Logger | undefined;
}

export interface StartedServing {
  readonly serving: Serving;
  /** Resolves when each slot has been tried once, well or badly. */
  readonly firstTry: Promise<void>;
  /** Follows no alias any more; what is loaded goes on serving. */
  close(): Promise<void>;
}

/**
 * Slots, the followers that fill them, metrics and keys: all of serving but a web framework.
 * @throws {ModelUriError} {OptionError} at once, for what can never work.
 */
export function startServing(options: ServingOptions): StartedServing {
  const { logger: log = silentLogger, apiKey } = options;
  const choices = { champion: options.champion, challenger: options.challenger };
  const sources = {
    champion: choices.champion === undefined ? undefined : openSource(choices.champion, options.registry),
    challenger: choices.challenger === undefined ? undefined : openSource(choices.challenger, options.registry),
  };
  const slots = {
    champion: new Slot("champion", sources.champion?.uri),
    challenger: new Slot("challenger", sources.challenger?.uri),
  };
  const metrics = new ServeMetrics([slots.champion, slots.challenger]);
  const serving: Serving = {
    slots,
    metrics,
    metricsText: () => metrics.text(),
    keys: apiKey === undefined ? undefined : new KeyRing(typeof apiKey === "string" ? splitKeys(apiKey) : apiKey),
    log,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    draining: false,
    replica: undefined,
  };
  const followers = (["champion", "challenger"] as const satisfies readonly SlotName[]).flatMap((name) => {
    const source = sources[name];
    if (source === undefined) return [];
    const { pollIntervalMillis } = options;
    const slot = slots[name];
    return new Follower(slot, source, {
      ...(pollIntervalMillis === undefined ? {} : { pollIntervalMillis }),
      events: {
        polled: (result) => metrics.polled(name, result),
        swapped({ label, source: from }, seconds) {
          metrics.reloaded(name, seconds);
          log.info(
            { slot: name, version: label, source: from, previous: slot.previous?.label, seconds },
            "model version in service",
          );
        },
        loadFailed: () => metrics.reloadFailed(name),
        problem(message) {
          const serves = slot.current?.label ?? "nothing, answering 503";
          log.warn({ slot: name, uri: source.uri, problem: message, serves }, "model not as configured");
        },
      },
    });
  });
  const firstTry = Promise.all(followers.map((follower) => follower.start())).then(() => {});
  return {
    serving,
    firstTry,
    close: async () => void (await Promise.all(followers.map((follower) => follower.stop()))),
  };
}
