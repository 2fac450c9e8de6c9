import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const IDLE_MILLIS = 100;
const WORTH_BYTES = 32 * 1024 * 1024;

let collect: (() => void) | undefined;
let timer: NodeJS.Timeout | undefined;

/** What a task leaves behind is freed once the worker has been idle for a moment: V8 itself collects when something asks
 * for memory, which a waiting worker never does, so it would keep a big task's arrays until the next one comes. */
export function collectWhenIdle(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external < WORTH_BYTES) return;
    collect ??= garbageCollector();
    collect();
  }, IDLE_MILLIS).unref();
}

export function isBusy(): void {
  clearTimeout(timer);
}

/** V8's own, without making it a global that tasks could see. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
