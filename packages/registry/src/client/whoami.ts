import { environment } from "./environment";

/** Who is at work, for a record: USER of the environment, or the system's name for the process's owner. */
export async function whoami(): Promise<string> {
  const named = environment("USER") ?? environment("USERNAME");
  if (named !== undefined) return named;
  try {
    const { userInfo } = await import("node:os");
    return userInfo().username;
  } catch {
    return "unknown"; // a browser, or a container whose user has no name
  }
}
