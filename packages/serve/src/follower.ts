import { DeadlineError, ModelAbsentError } from "./errors";
import { errorText, loadedModel } from "./predictor";
import type { Slot } from "./slot";
import type { ModelSource, VersionRef } from "./source";

/** What a follower tells its surroundings; metrics and logs listen. */
export interface FollowerEvents {
  swapped?(model: { label: string; source: string }, seconds: number): void;
  /** A version could not be loaded. Told at each try. */
  loadFailed?(message: string, wanted: string): void;
  polled?(outcome: "ok" | "absent" | "unreachable"): void;
  /** A problem that was not there before; told once, not at each poll. */
  problem?(message: string): void;
}

export interface FollowerOptions {
  /** Time between two questions to the source. */
  readonly pollIntervalMillis?: number;
  /** The longest time between two questions while the source cannot be asked. */
  readonly backoffMillisMax?: number;
  /** After this long a question or a fetch counts as failed. */
  readonly deadlineMillis?: number;
  readonly events?: FollowerEvents;
  /** In [0, 1): spreads the questions of many replicas; a test gives its own. */
  readonly random?: () => number;
}

/**
 * Keeps a slot at the version its source names. One question at a time: the next is asked an interval after the last
 * was answered. While the source cannot be asked, the interval doubles up to `backoffMillisMax`, and the slot goes on
 * with what it has. A version that fails to load is tried again at growing distances, another version at once.
 */
export class Follower {
  readonly #slot: Slot;
  readonly #source: ModelSource;
  readonly #options: Required<FollowerOptions>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #failedPolls = 0;
  #failedLoad: { key: string; tries: number; retryAtMillis: number; message: string } | undefined;
  #running: Promise<void> | undefined;
  readonly #end = new AbortController();
  #firstTry: Promise<void> | undefined;

  constructor(slot: Slot, source: ModelSource, options: FollowerOptions = {}) {
    this.#slot = slot;
    this.#source = source;
    this.#options = {
      pollIntervalMillis: 1000,
      backoffMillisMax: 15_000,
      deadlineMillis: 30_000,
      events: {},
      random: Math.random,
      ...options,
    };
  }

  /** Begins to follow, once and for all: a follower that was stopped stays so. @returns when the first try has ended, well or badly: read the slot to know. */
  start(): Promise<void> {
    this.#firstTry ??= this.#round();
    return this.#firstTry;
  }

  /** Stops, without waiting for a registry that does not answer; what is loaded stays. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    this.#running = this.step();
    await this.#running;
    if (this.#stopped || (!this.#source.moves && this.#slot.current !== undefined)) return;
    this.#timer = setTimeout(
      () => void this.#round(),
      backoffMillis(this.#failedPolls, this.#options, this.#options.random()),
    );
    this.#timer.unref(); // following alone keeps no process alive
  }

  /** One question, and what follows from its answer. Never throws. */
  async step(): Promise<void> {
    const { events } = this.#options;
    let ref: VersionRef;
    try {
      ref = await this.#inTime(this.#source.resolve(), `asking for ${this.#source.uri}`);
    } catch (error) {
      if (!this.#stopped) this.#notResolved(error);
      return;
    }
    this.#failedPolls = 0;
    events.polled?.("ok");
    if (this.#stopped) return;
    if (this.#slot.current?.key === ref.key) {
      this.#failedLoad = undefined;
      this.#slot.settled();
    } else await this.#load(ref);
  }

  /** What was promised, unless the deadline or the follower's end comes first. */
  async #inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    const { deadlineMillis } = this.#options;
    const { signal } = this.#end;
    let timer: NodeJS.Timeout | undefined;
    let onEnd: () => void = () => {};
    const over = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new DeadlineError(what, deadlineMillis));
      timer = setTimeout(giveUp, deadlineMillis);
      onEnd = giveUp; // nobody hears of it: a stopped follower says nothing
      signal.addEventListener("abort", onEnd);
    });
    try {
      return await Promise.race([promise, over]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onEnd);
    }
  }

  #notResolved(error: unknown): void {
    const { events } = this.#options;
    const absent = error instanceof ModelAbsentError;
    // An absent alias is an answer: the registry is well, and the alias may be set at any moment.
    this.#failedPolls = absent ? 0 : this.#failedPolls + 1;
    events.polled?.(absent ? "absent" : "unreachable");
    const message = absent ? errorText(error) : `${this.#source.uri} cannot be resolved: ${errorText(error)}`;
    if (this.#slot.fail({ kind: absent ? "absent" : "unreachable", message })) events.problem?.(message);
  }

  async #load(ref: VersionRef): Promise<void> {
    const { events, pollIntervalMillis, backoffMillisMax } = this.#options;
    if (this.#slot.previous?.key === ref.key) {
      this.#slot.swap(this.#slot.previous);
      this.#failedLoad = undefined;
      events.swapped?.({ label: `v${ref.version}`, source: ref.source }, 0);
      return;
    }
    const failed = this.#failedLoad?.key === ref.key ? this.#failedLoad : undefined;
    const wanted = `v${ref.version}`;
    if (failed !== undefined && Date.now() < failed.retryAtMillis) {
      this.#slot.restate({ kind: "load-failed", message: failed.message, wanted });
      return;
    }
    const startMillis = performance.now();
    try {
      const { predictor, origin } = await this.#inTime(this.#source.load(ref), `loading ${wanted}`);
      if (this.#stopped) return;
      const model = loadedModel(predictor, origin ?? ref, {
        key: ref.key,
        servedWidth: this.#slot.current?.predictor.nFeatures,
      });
      this.#slot.swap(model);
      this.#failedLoad = undefined;
      events.swapped?.(model, (performance.now() - startMillis) / 1000);
    } catch (error) {
      if (this.#stopped) return;
      const message = `${wanted} of ${this.#source.uri} failed to load: ${errorText(error)}`;
      const tries = (failed?.tries ?? 0) + 1;
      const waitMillis = Math.min(pollIntervalMillis * 2 ** Math.min(tries, 20), backoffMillisMax);
      this.#failedLoad = { key: ref.key, tries, retryAtMillis: Date.now() + waitMillis, message };
      const news = this.#slot.fail({ kind: "load-failed", message, wanted });
      events.loadFailed?.(message, wanted);
      if (news) events.problem?.(message);
    }
  }
}

/**
 * The time to the next question after so many in a row that could not be asked.
 * @param chance - in [0, 1): half of a grown time is left to it, since replicas that lost the registry together should
 * not come back together.
 */
export function backoffMillis(
  failedPolls: number,
  { pollIntervalMillis, backoffMillisMax }: { pollIntervalMillis: number; backoffMillisMax: number },
  chance: number,
): number {
  if (failedPolls === 0) return pollIntervalMillis;
  const grown = Math.min(pollIntervalMillis * 2 ** Math.min(failedPolls, 20), backoffMillisMax);
  return Math.max(pollIntervalMillis, grown * (0.5 + chance / 2));
}
