import { environment } from "./environment";
import { MlflowApiError } from "./errors";
import { DEFAULT_TRACKING_URI, Http, type HttpOptions, type HttpRequest } from "./http";
import type { Json, Wire } from "./wire";

export interface MlflowClientOptions extends HttpOptions {
  /** The server of experiments, runs and artifacts; default MLFLOW_TRACKING_URI, or http://127.0.0.1:5000. */
  readonly trackingUri?: string;
  /** The server of registered models; default MLFLOW_REGISTRY_URI, or the tracking server. */
  readonly registryUri?: string;
}

export interface SearchOptions {
  /** MLflow's search grammar, such as `metrics.auc > 0.8 AND tags.kind = 'lda'`. */
  readonly filter?: string;
  /** Such as `["metrics.auc DESC"]`. */
  readonly orderBy?: readonly string[];
  readonly maxResults?: number;
  readonly pageToken?: string;
}

/** The two servers of a client, and how one of MLflow's routes is asked. */
export abstract class ClientBase {
  readonly trackingUri: string;
  readonly registryUri: string;
  /** The transport of the tracking server, for routes that have no method here. */
  readonly http: Http;
  readonly #registryHttp: Http;

  constructor(options: MlflowClientOptions = {}) {
    const { trackingUri = environment("MLFLOW_TRACKING_URI") ?? DEFAULT_TRACKING_URI, ...http } = options;
    const registryUri = options.registryUri ?? environment("MLFLOW_REGISTRY_URI");
    this.http = new Http(trackingUri, http);
    this.#registryHttp = registryUri === undefined ? this.http : new Http(registryUri, http);
    this.trackingUri = this.http.baseUrl;
    this.registryUri = this.#registryHttp.baseUrl;
  }

  protected get(route: string, query: Readonly<Record<string, Json | undefined>>): Promise<Wire> {
    return this.http.json({ method: "GET", path: `/api/2.0/mlflow/${route}`, query });
  }

  /** A POST that does the same however often it is done; `once` for one that does not. */
  protected post(route: string, json: object, when: "repeatable" | "once" = "repeatable"): Promise<Wire> {
    return this.http.json({ method: "POST", path: `/api/2.0/mlflow/${route}`, json, idempotent: when !== "once" });
  }

  protected registry(
    method: HttpRequest["method"],
    route: string,
    fields: Readonly<Record<string, unknown>>,
    when: "repeatable" | "once" = "repeatable",
  ): Promise<Wire> {
    const request = { method, path: `/api/2.0/mlflow/${route}`, idempotent: when !== "once" };
    return this.#registryHttp.json(
      method === "GET" ? { ...request, query: fields as Record<string, Json> } : { ...request, json: fields },
    );
  }
}

/** Undefined instead of an error when there is no such thing. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MlflowApiError && error.errorCode === "RESOURCE_DOES_NOT_EXIST") return undefined;
    throw error;
  }
}

/**
 * Everything that a search finds, page after page.
 * @example for await (const run of allPages((pageToken) => client.searchRuns({ experimentIds: ["0"], ...pageToken }))) …
 */
export async function* allPages<T>(
  search: (pageToken: { readonly pageToken?: string }) => Promise<T[] & { readonly nextPageToken?: string }>,
): AsyncGenerator<T> {
  let pageToken: string | undefined;
  do {
    const page = await search(pageToken === undefined ? {} : { pageToken });
    yield* page;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}
