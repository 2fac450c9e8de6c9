import { METRICS_CONTENT_TYPE } from "../metrics";
import type { Answer, Call } from "../routes";
import type { Serving } from "../serving";

export async function metricsText(_call: Call, serving: Serving): Promise<Answer> {
  const text = await serving.metricsText();
  return {
    status: 200,
    body: text.endsWith("\n") ? text : `${text}\n`,
    contentType: METRICS_CONTENT_TYPE,
    headers: { "cache-control": "no-store" },
  };
}
