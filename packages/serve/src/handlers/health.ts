import type { Answer, Call } from "../routes";
import type { Serving } from "../serving";
import type { SlotName } from "../slot";

/**
 * What a slot was asked for and what it serves. 503 without a model or while draining; 200 and "degraded" while it serves
 * something that is not, or may not be, what its URI names.
 */
export function healthOf(name: SlotName): (call: Call, serving: Serving) => Answer {
  return (call, { slots, draining }) => {
    const { current, problem, uri, whyEmpty } = slots[name];
    if (current !== undefined) call.modelVersion = current.label;
    const why = draining ? "draining: this process is ending" : current === undefined ? whyEmpty : problem?.message;
    return {
      status: current === undefined || draining ? 503 : 200,
      body: {
        status: why === undefined ? "ok" : "degraded",
        model_uri_configured: uri ?? null,
        model_uri_actually_loaded_from_run: current?.source ?? null,
        model_version_loaded: current?.label ?? null,
        model_details_from_registry: current?.details ?? null,
        ...(problem?.wanted === undefined ? {} : { model_version_wanted: problem.wanted }),
        ...(why === undefined ? {} : { problem: why }),
        ...(draining ? { draining } : {}),
      },
      headers: { "cache-control": "no-store" },
    };
  };
}

/** Does this process take requests? It says nothing of models: that is /health. */
export function gatewayHealth(_call: Call, { draining }: Serving): Answer {
  return {
    status: draining ? 503 : 200,
    body: draining ? "draining\n" : "healthy\n",
    contentType: "text/plain; charset=utf-8",
    headers: { "cache-control": "no-store" },
  };
}
