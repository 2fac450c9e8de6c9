import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Slot, SlotName } from "./slot";

const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const REQUEST_LABELS = ["route", "method", "status", "model_version"] as const;

/** Plain data of all metrics, as one replica sends it to another process. */
export type MetricsSnapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

export interface ObservedRequest {
  /** The route's pattern, never the caller's path: the number of time series stays bounded. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** "v3", or "none" where no model spoke. */
  readonly modelVersion: string;
  readonly seconds: number;
}

/** Prometheus metrics in a registry of their own: two routers in one process do not meet. */
export class ServeMetrics {
  readonly registry = new Registry();
  readonly #requests: Counter<(typeof REQUEST_LABELS)[number]>;
  readonly #duration: Histogram<(typeof REQUEST_LABELS)[number]>;
  readonly #inFlight: Gauge;
  readonly #reloads: Counter<"slot" | "result">;
  readonly #loadDuration: Histogram<"slot">;
  readonly #polls: Counter<"slot" | "result">;
  readonly #shed: Counter;

  constructor(slots: readonly Slot[]) {
    const registers = [this.registry];
    this.#requests = new Counter({
      name: "p300_http_requests_total",
      help: "Requests answered, by route pattern, method, status and the model version that spoke (none: no model did)",
      labelNames: REQUEST_LABELS,
      registers,
    });
    this.#duration = new Histogram({
      name: "p300_http_request_duration_seconds",
      help: "Time from a request's headers to the end of its answer",
      labelNames: REQUEST_LABELS,
      buckets: SECONDS_BUCKETS,
      registers,
    });
    this.#inFlight = new Gauge({
      name: "p300_http_requests_in_flight",
      help: "Requests being answered now",
      registers,
    });
    this.#reloads = new Counter({
      name: "p300_model_reloads_total",
      help: "Model versions taken into service (result ok) or refused and not served (result failed), by slot",
      labelNames: ["slot", "result"],
      registers,
    });
    this.#loadDuration = new Histogram({
      name: "p300_model_load_duration_seconds",
      help: "Time to fetch, decode and check a model version that was then taken into service",
      labelNames: ["slot"],
      buckets: SECONDS_BUCKETS,
      registers,
    });
    this.#polls = new Counter({
      name: "p300_registry_polls_total",
      help: "Questions to the registry for a slot's version: ok, absent (it has none) or unreachable",
      labelNames: ["slot", "result"],
      registers,
    });
    this.#shed = new Counter({
      name: "p300_http_requests_shed_total",
      help: "Requests refused with 503 since the bodies in flight exceeded the memory set aside for them",
      registers,
    });
    const modelInfo = new Gauge({
      name: "p300_model_info",
      help: "1 for the model version that a slot serves; over replicas, how many of them serve it",
      labelNames: ["slot", "model_version"],
      registers: [],
      collect() {
        this.reset();
        for (const { name, current } of slots)
          if (current !== undefined) this.set({ slot: name, model_version: current.label }, 1);
      },
    });
    const residentMemory = new Gauge({
      name: "process_resident_memory_bytes",
      help: "Resident memory; over replicas, the sum",
      registers: [],
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    // These two are only ever collected.
    this.registry.registerMetric(modelInfo);
    this.registry.registerMetric(residentMemory);
    for (const { name, uri } of slots) {
      if (uri === undefined) continue;
      // At zero from the start: an alert on the rate of failures then sees the first one.
      for (const result of ["ok", "failed"]) this.#reloads.inc({ slot: name, result }, 0);
    }
  }

  began(): void {
    this.#inFlight.inc();
  }

  ended({ route, method, status, modelVersion, seconds }: ObservedRequest): void {
    const labels = { route, method, status: String(status), model_version: modelVersion };
    this.#inFlight.dec();
    this.#requests.inc(labels);
    this.#duration.observe(labels, seconds);
  }

  shed(): void {
    this.#shed.inc();
  }

  polled(slot: SlotName, result: "ok" | "absent" | "unreachable"): void {
    this.#polls.inc({ slot, result });
  }

  reloaded(slot: SlotName, seconds: number): void {
    this.#reloads.inc({ slot, result: "ok" });
    this.#loadDuration.observe({ slot }, seconds);
  }

  reloadFailed(slot: SlotName): void {
    this.#reloads.inc({ slot, result: "failed" });
  }

  /** This process's metrics in Prometheus' text form. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  snapshot(): Promise<MetricsSnapshot> {
    return this.registry.getMetricsAsJSON();
  }
}

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The sum of several processes' metrics, in Prometheus' text form. */
export function sumMetrics(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

/**
 * What a process that has ended leaves to the sum: its counters and histograms, added to those of the ones before.
 * Without it a total would fall when a replica dies. Gauges say what is now, so they go with their process.
 */
export async function addDeparted(departed: MetricsSnapshot, last: MetricsSnapshot): Promise<MetricsSnapshot> {
  const counts = last.filter(({ type }) => {
    const kind = String(type);
    return kind === "counter" || kind === "histogram";
  });
  if (departed.length === 0) return counts;
  return AggregatorRegistry.aggregate([departed, counts]).getMetricsAsJSON();
}
