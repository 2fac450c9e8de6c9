/* Runs in a child process: DAG files are code of others, and may hang, exit or exhaust memory. */
import { dieWithParent } from "./orphan-guard";
import { parseDagFile } from "./parse";

dieWithParent();
process.on("message", (path: string) => {
  void parseDagFile(path).then((parsed) => process.send?.(parsed));
});
