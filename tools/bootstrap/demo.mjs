// `npm run demo`: makes the checkout ready, then runs the example pipeline in this process.
import { join } from "node:path";
import { ready, root, run } from "./ready.mjs";

await run("demo", async () => {
  ready();
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, { tryNative: true });
  const { main } = await jiti.import(join(root, "examples", "p300-pipeline", "demo.ts"));
  return main(process.argv.slice(2));
});
