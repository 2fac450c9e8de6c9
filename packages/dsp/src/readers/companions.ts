import type { Bytes } from "./bytes";

/** By name, without regard to folders and case: the files have often been to Windows and back. */
export function findCompanion(companions: Readonly<Record<string, Bytes>>, name: string): Bytes | undefined {
  const bare = (path: string): string => path.replace(/^.*[/\\]/, "").toLowerCase();
  if (Object.hasOwn(companions, name)) return companions[name];
  return Object.entries(companions).find(([key]) => bare(key) === bare(name))?.[1];
}
