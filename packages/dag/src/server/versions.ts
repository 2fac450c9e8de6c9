import type { Store } from "../store/store";
import { dagVersionToWire, type WireDagVersion } from "./schemas";

const KEPT_MAX = 1000;

/** The versions that runs and task instances point to. A version never changes, so it is read once. */
export class DagVersions {
  readonly #kept = new Map<string, Promise<WireDagVersion | null>>();

  constructor(private readonly store: Store) {}

  get(row: { dagId: string; dagVersionId: string; versionNumber: number }): Promise<WireDagVersion | null> {
    const known = this.#kept.get(row.dagVersionId);
    if (known !== undefined) return known;
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    const asked = this.store.getDagVersion(row.dagId, row.versionNumber).then((version) => {
      if (version === null) this.#kept.delete(row.dagVersionId);
      return version === null ? null : dagVersionToWire(version);
    });
    this.#kept.set(row.dagVersionId, asked);
    asked.catch(() => this.#kept.delete(row.dagVersionId));
    return asked;
  }
}
