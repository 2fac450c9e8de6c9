/** A variable of the environment; empty counts as unset, and a browser has none. */
export function environment(name: string): string | undefined {
  return (typeof process === "undefined" ? undefined : process.env?.[name]) || undefined;
}
