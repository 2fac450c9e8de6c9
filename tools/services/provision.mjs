// Provisions the real services that suites compare against, once a machine: they are cached outside the checkout, in
// $P300_SERVICES_CACHE, $XDG_CACHE_HOME/p300 or ~/.cache/p300. What can't be had is named, and its suites are skipped by
// name; with CI set that is an error. `node tools/services/provision.mjs` does it by hand and prints what there is.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const cache =
  process.env.P300_SERVICES_CACHE ??
  (process.env.XDG_CACHE_HOME ? join(process.env.XDG_CACHE_HOME, "p300") : join(homedir(), ".cache", "p300"));

const VERSITYGW = "v1.8.0";
const MLFLOW = "3.17.2";
const ONNXRUNTIME_NODE = "1.22.0";

/** The Python peers, a virtual environment each; versions as in the golden files. */
export const pythonPeers = {
  mlflow: {
    folder: `mlflow-${MLFLOW}`,
    variable: "P300_TEST_MLFLOW_PYTHON",
    packages: [`mlflow==${MLFLOW}`, "boto3", "onnx", "onnxruntime"],
    needed: true,
  },
  numerics: {
    folder: "numerics",
    variable: "P300_PEERS_PYTHON",
    packages: [
      "mne==1.13.2",
      "scipy==1.17.1",
      "scikit-learn==1.9.1",
      "pyriemann==0.12",
      "numpy==2.4.6",
      "pyarrow",
      "pandas",
      "autoreject==0.4.3", // these make the files and vectors that readers and cleaning are held to
      "edfio",
      "pybv",
      "eeglabio",
      "pyxdf",
      "h5py",
    ],
    needed: false, // golden vectors are committed: only tools/golden and tools/bench run these
  },
};

const NEEDED = Object.keys(pythonPeers).filter((name) => pythonPeers[name].needed);

/** @returns `env`, the variables that tell the suites where each service is; `notes`, a line for each that is absent. */
export async function provision({ peers = NEEDED, services = true } = {}) {
  mkdirSync(cache, { recursive: true });
  const env = {};
  const notes = [];
  const attempt = (variable, what, make) => {
    if (process.env[variable]) return;
    try {
      env[variable] = make();
    } catch (error) {
      if (process.env.CI) throw new Error(`${what} can't be provisioned: ${error.message}`, { cause: error });
      notes.push(`skipped where needed: ${what} (${error.message})`);
    }
  };
  for (const name of peers)
    attempt(pythonPeers[name].variable, `Python with ${pythonPeers[name].packages[0]}`, () =>
      python(pythonPeers[name]),
    );
  if (services) {
    attempt("P300_TEST_VERSITYGW", `versitygw ${VERSITYGW}`, versitygw);
    attempt("P300_TEST_CHROMIUM", "Chromium", chromium);
    attempt("P300_TEST_ONNXRUNTIME_NODE", `onnxruntime-node ${ONNXRUNTIME_NODE}`, onnxruntimeNode);
  }
  return { env, notes };
}

function python({ folder, packages }) {
  const home = join(cache, folder);
  const executable = join(home, "bin", "python");
  const stamp = join(home, ".p300-ready");
  const wanted = `${packages.join("\n")}\n`;
  if (existsSync(stamp) && existsSync(executable) && readFileSync(stamp, "utf8") === wanted) return executable;
  const base = ["python3.12", "python3.11", "python3"].find((name) =>
    works(name, ["-c", "import sys, venv; assert sys.version_info >= (3, 11)"]),
  );
  if (!base) throw new Error("needs Python 3.11 or newer with venv on the PATH");
  say(`making a Python environment with ${packages.join(" ")}`);
  if (!works(executable, ["-m", "pip", "--version"])) {
    rmSync(home, { recursive: true, force: true });
    must(base, ["-m", "venv", home]);
  }
  must(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
  writeFileSync(stamp, wanted);
  return executable;
}

function versitygw() {
  const file = join(cache, "bin", `versitygw-${VERSITYGW}`);
  if (existsSync(file)) return file;
  const go = ["go", "/usr/local/go/bin/go"].find((name) => works(name, ["version"]));
  if (!go) throw new Error("needs Go on the PATH");
  say(`building versitygw ${VERSITYGW}`);
  const into = join(cache, "bin", `.building-${process.pid}`);
  must(go, ["install", `github.com/versity/versitygw/cmd/versitygw@${VERSITYGW}`], { GOBIN: into });
  renameSync(join(into, "versitygw"), file);
  rmSync(into, { recursive: true, force: true });
  return file;
}

/** From the PATH, or as a Debian package when we may install one. */
function chromium() {
  const find = () =>
    ["chromium", "chromium-browser", "google-chrome"].find((name) => works(name, ["--version"])) ?? null;
  const found = find();
  if (found) return which(found);
  if (process.getuid?.() !== 0 || !works("apt-get", ["--version"]))
    throw new Error("needs chromium on the PATH, or root on Debian to install it");
  say("installing Chromium");
  const install = ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
  const apt = { DEBIAN_FRONTEND: "noninteractive" };
  if (spawnSync("apt-get", install, { stdio: "ignore", env: { ...process.env, ...apt } }).status !== 0) {
    must("apt-get", ["update"], apt);
    must("apt-get", install, apt);
  }
  const installed = find();
  if (!installed) throw new Error("the package chromium holds no program that runs");
  return which(installed);
}

function which(name) {
  return spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
}

/** The folder of a runtime that is too large for everybody's install; its install script would fetch more yet. */
function onnxruntimeNode() {
  const home = join(cache, `onnxruntime-node-${ONNXRUNTIME_NODE}`);
  const module = join(home, "node_modules", "onnxruntime-node");
  const stamp = join(home, ".p300-ready");
  if (existsSync(stamp)) return module;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true }\n');
  say(`fetching onnxruntime-node ${ONNXRUNTIME_NODE}`);
  const skip = { ONNXRUNTIME_NODE_INSTALL: "skip" };
  must("npm", ["install", "--prefix", home, "--no-audit", "--no-fund", `onnxruntime-node@${ONNXRUNTIME_NODE}`], skip);
  must(process.execPath, ["-e", `require(${JSON.stringify(module)})`]);
  writeFileSync(stamp, "");
  return module;
}

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function must(command, args, env = {}) {
  const { status, stderr, stdout, error } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (status === 0) return;
  const last = `${stderr ?? ""}${stdout ?? ""}`.trim().split("\n").at(-1);
  throw new Error(`${command} ${args.slice(0, 3).join(" ")} … failed: ${error?.message ?? last}`);
}

function say(what) {
  process.stderr.write(`p300: ${what} …\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { env, notes } = await provision({ peers: Object.keys(pythonPeers) });
  for (const [name, value] of Object.entries(env)) process.stdout.write(`${name}=${value}\n`);
  for (const note of notes) process.stdout.write(`${note}\n`);
}
