import type { KeyRing } from "./auth";
import type { ServeMetrics } from "./metrics";
import type { Slot, SlotName } from "./slot";

/** A logger by shape: pino's, or the one of the application that mounts the router. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** All in bytes, after decompression. */
export interface Limits {
  /** The largest body of a route that takes one row. */
  readonly rowBytes: number;
  /** The largest body of a route that takes many rows. */
  readonly batchBytes: number;
  /** All bodies in flight together; above it requests are refused with 503. */
  readonly inFlightBytes: number;
}

export const DEFAULT_LIMITS: Limits = { rowBytes: 1_000_000, batchBytes: 32_000_000, inFlightBytes: 256_000_000 };

/** What handlers are given beside the call. */
export interface Serving {
  readonly slots: Readonly<Record<SlotName, Slot>>;
  readonly metrics: ServeMetrics;
  /** What /metrics answers: this process's metrics, or the sum over the replicas. */
  metricsText: () => Promise<string>;
  /** Undefined: all routes are open. */
  readonly keys: KeyRing | undefined;
  readonly log: Logger;
  readonly limits: Limits;
  /** True from the signal to end on: health says 503, answers close their connection. */
  draining: boolean;
  /** Names this process among its replicas in every answer (`x-p300-replica`); undefined where there is but one. */
  replica: string | undefined;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
