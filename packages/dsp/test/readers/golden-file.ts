import { fileURLToPath } from "node:url";

/** Path of a file that an independent writer made. */
export const goldenFile = (name: string): string => fileURLToPath(new URL(`../golden/files/${name}`, import.meta.url));
