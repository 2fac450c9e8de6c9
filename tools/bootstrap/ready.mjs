// Makes a checkout ready to run, with nothing but Node and npm: installs when the lock file and node_modules differ,
// builds when a source file changed since the last build. Each check takes milliseconds when there is nothing to do.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const NODE_MINIMUM = [20, 19];
const stampFile = join(root, "node_modules", ".cache", "p300", "build.sha256");

/** Installs and builds what is missing or out of date; throws an Error with one clear line when it can't. */
export function ready() {
  checkNode();
  if (!isInstalled()) step("installing dependencies (npm ci)", npm(), ["ci", "--no-audit", "--no-fund"]);
  const wanted = sourceHash();
  if (!isBuilt(wanted)) {
    step("building the packages", process.execPath, [
      join(root, "node_modules", "turbo", "bin", "turbo"),
      "run",
      "build",
      "--output-logs=errors-only",
      "--filter=./packages/*",
    ]);
    mkdirSync(join(stampFile, ".."), { recursive: true });
    writeFileSync(stampFile, wanted);
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])) return;
  throw new Error(`Node ${process.versions.node} is too old: install Node ${NODE_MINIMUM.join(".")} or newer`);
}

/** npm's own record of what it installed holds every package of the lock file, in the same version. */
function isInstalled() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(locked).every(([path, { version, optional, link, peer }]) => {
    if (!path.startsWith("node_modules/") || link || optional || peer) return true;
    return installed[path]?.version === version && existsSync(join(root, path, "package.json"));
  });
}

function sourceHash() {
  const hash = createHash("sha256");
  const add = (path) =>
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0");
  for (const file of ["package-lock.json", "tsconfig.base.json", "turbo.json"]) add(file);
  for (const name of packageNames()) {
    for (const file of filesBelow(`packages/${name}`)) add(file);
  }
  return hash.digest("hex");
}

function* filesBelow(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!["node_modules", "dist", "test", ".turbo"].includes(entry.name)) yield* filesBelow(path);
    } else if (!entry.name.endsWith(".md")) yield path;
  }
}

function isBuilt(wanted) {
  if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== wanted) return false;
  return packageNames().every((name) => existsSync(join(root, "packages", name, "dist", "cli.js")));
}

function packageNames() {
  return readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "package.json")));
}

function npm() {
  return process.platform === "win32" ? "npm.cmd" : "npm";
}

function step(what, command, args) {
  const began = Date.now();
  process.stderr.write(`p300: ${what} …\n`);
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NODE_ENV: "development" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
    throw new Error(`${what} failed${error ? `: ${error.message}` : ` (exit ${status})`}: what it printed is above`);
  }
  process.stderr.write(`p300: ${what}: ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

/** Runs `main` of a root command, turning an error into one line and exit 1. */
export async function run(name, main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
