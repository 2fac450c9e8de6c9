import { createHash } from "node:crypto";
import { formatOffset } from "../dates";
import type { EpochMillis } from "../states";
import type { TaskStructure } from "../structure";

const DELAY_SECONDS_MAX = 24 * 60 * 60;

/** How long to wait before the next try. With backoff m: `min = max(1, ceil(delay · m^(try - 1)))`, then `min + hash % min`,
 * so between min and twice that, the same for the same try; at most 24 h, and at most `maxRetryDelaySeconds`.
 * @see Airflow 3.2, `TaskInstance.next_retry_datetime` */
export function retryDelayMillis(
  task: Pick<TaskStructure, "taskId" | "retryDelaySeconds" | "retryExponentialBackoff" | "maxRetryDelaySeconds">,
  { dagId, logicalDate, tryNumber }: { dagId: string; logicalDate: EpochMillis | null; tryNumber: number },
): number {
  let seconds = task.retryDelaySeconds;
  if (task.retryExponentialBackoff > 0) {
    const grown = task.retryDelaySeconds * task.retryExponentialBackoff ** (tryNumber - 1);
    const minimum = Math.max(1, Math.min(Math.ceil(grown), DELAY_SECONDS_MAX));
    const date = logicalDate === null ? "None" : formatOffset(logicalDate).replace("T", " ");
    const hash = createHash("sha1").update(`${dagId}#${task.taskId}#${date}#${tryNumber}`).digest("hex");
    seconds = Math.min(minimum + Number(BigInt(`0x${hash}`) % BigInt(minimum)), DELAY_SECONDS_MAX);
    if (task.maxRetryDelaySeconds !== null) seconds = Math.min(seconds, task.maxRetryDelaySeconds);
  }
  return seconds * 1000;
}
