/* Runs in a child process: DAG files are code of others, and may hang, exit or exhaust memory. */
import { dieWithParent } from "./orphan-guard";
import { parseDagFile } from "./parse";

dieWithParent();
// Ctrl-C goes to the whole process group; the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
process.on("message", (path: string) => {
  void parseDagFile(path).then((parsed) => process.send?.(parsed));
});
process.send?.("ready");
