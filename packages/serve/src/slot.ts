import type { LoadedModel } from "./predictor";

export type SlotName = "champion" | "challenger";

/** Why a slot is not, or not wholly, what its URI asks for. */
export interface SlotProblem {
  readonly kind: "absent" | "unreachable" | "load-failed";
  readonly message: string;
  /** The version that would be served if there were no problem, where it is known: "v4". */
  readonly wanted?: string;
  readonly sinceMillis: number;
}

/**
 * One alias, one loaded model version. The version is replaced whole, by one assignment: a request that has read
 * `current` goes on with that version, however long it takes.
 */
export class Slot {
  #current: LoadedModel | undefined;
  #previous: LoadedModel | undefined;
  #problem: SlotProblem | undefined;
  #reloads = 0;
  #failures = 0;
  #waiting: (() => void)[] = [];

  /** @param uri - what was configured; undefined for a slot that nobody configured. */
  constructor(
    readonly name: SlotName,
    readonly uri: string | undefined,
  ) {}

  /** Read it once a request, and keep what was read. */
  get current(): LoadedModel | undefined {
    return this.#current;
  }

  /** The version before this one, kept in memory so that going back needs no registry. */
  get previous(): LoadedModel | undefined {
    return this.#previous;
  }

  get problem(): SlotProblem | undefined {
    return this.#problem;
  }

  /** How many versions were taken into service, and how many failed to load, since the start. */
  get counts(): { readonly reloads: number; readonly failures: number } {
    return { reloads: this.#reloads, failures: this.#failures };
  }

  /** Takes a version into service. It must have been checked: `loadedModel` does. */
  swap(model: LoadedModel): void {
    if (this.#current?.key !== model.key) this.#previous = this.#current;
    this.#current = model;
    this.#problem = undefined;
    this.#reloads += 1;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when there is a model, at once if there is one. */
  whenLoaded(): Promise<void> {
    if (this.#current !== undefined) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Back to the version before; false when there is none. */
  rollback(): boolean {
    if (this.#previous === undefined) return false;
    this.swap(this.#previous);
    return true;
  }

  /** The registry was asked and what it names is what is served. */
  settled(): void {
    this.#problem = undefined;
  }

  /**
   * Notes a problem; what is served stays served.
   * @returns whether it is news: another kind, message or version than before.
   */
  fail(problem: Omit<SlotProblem, "sinceMillis">, nowMillis = Date.now()): boolean {
    if (problem.kind === "load-failed") this.#failures += 1;
    return this.restate(problem, nowMillis);
  }

  /** As `fail`, for a failure that was counted before and still stands. */
  restate(problem: Omit<SlotProblem, "sinceMillis">, nowMillis = Date.now()): boolean {
    const before = this.#problem;
    if (before?.kind === problem.kind && before.message === problem.message && before.wanted === problem.wanted)
      return false;
    this.#problem = { ...problem, sinceMillis: nowMillis };
    return true;
  }

  /** Why there is no model, in words, for the body of a 503. */
  get whyEmpty(): string {
    if (this.uri === undefined) return `start the server with --${this.name} URI`;
    return this.#problem?.message ?? `${this.uri} is still loading: try again in a second`;
  }
}
