// Installs and builds what is missing, and no more: the first step of every root command, here by itself.
import { ready, run } from "./ready.mjs";

await run("install", () => ready());
