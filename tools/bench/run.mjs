// `npm run bench [NAME …]`: each claim of a README measured side by side with its peer, alternating, in one run. Every
// file NAME.bench.mjs beside this one is a bench. Prints a table and keeps the figures in .p300/bench.json; with --write
// the tables of the READMEs that those benches name are made again, from these figures and the kept ones.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ready, root, run } from "../bootstrap/ready.mjs";
import { provision } from "../services/provision.mjs";

const KEPT = join(root, ".p300", "bench.json");

await run("bench", async () => {
  const args = process.argv.slice(2);
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const benches = await discover();
  const unknown = wanted.find((name) => !benches.has(name));
  if (unknown) throw new Error(`no bench is named ${unknown}: there are ${[...benches.keys()].join(", ")}`);
  ready();
  const { env, notes } = await provision({ peers: ["numerics"], services: false });
  for (const note of notes) process.stderr.write(`${note}\n`);
  const python = process.env.P300_PEERS_PYTHON ?? env.P300_PEERS_PYTHON;
  const kept = readKept();
  const measured = wanted.length > 0 ? wanted : [...benches.keys()];
  for (const name of measured) {
    process.stderr.write(`${name} …\n`);
    const rows = await benches.get(name).default({ root, python });
    if (rows.length === 0) throw new Error(`${name} measured nothing`);
    kept[name] = { node: process.version, cpus: cpus().length, rows };
    process.stdout.write(`${render(rows)}\n\n`);
    mkdirSync(join(root, ".p300"), { recursive: true });
    writeFileSync(KEPT, `${JSON.stringify(kept, null, 1)}\n`);
  }
  if (args.includes("--write")) writeTables(benches, measured, kept);
  return 0;
});

/** Benches by name. */
async function discover() {
  const here = new URL("./", import.meta.url);
  const names = readdirSync(here)
    .filter((file) => file.endsWith(".bench.mjs"))
    .map((file) => file.slice(0, -".bench.mjs".length))
    .sort();
  if (names.length === 0) throw new Error("tools/bench holds no bench");
  const benches = new Map();
  for (const name of names) benches.set(name, await import(new URL(`${name}.bench.mjs`, here)));
  return benches;
}

function readKept() {
  try {
    return JSON.parse(readFileSync(KEPT, "utf8"));
  } catch {
    return {};
  }
}

function render(rows) {
  const lines = rows.map(
    ({ what, ours, theirs, ratio, note }) =>
      `| ${what} | ${ours} | ${theirs ?? ""} | ${ratio === undefined ? "" : ratio.toFixed(2)} | ${note ?? ""} |`,
  );
  return ["| what | ours | the peer | ratio | how |", "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}

/** A table holds all rows of its benches, or it would drop a figure without a word. */
function writeTables(benches, measured, kept) {
  for (const readme of new Set(measured.flatMap((name) => benches.get(name).readmes))) {
    const names = [...benches.keys()].filter((name) => benches.get(name).readmes.includes(readme));
    const missing = names.filter((name) => !kept[name]);
    if (missing.length > 0)
      throw new Error(`${readme}: no figures yet of ${missing.join(", ")}; run those benches too`);
    intoReadme(
      join(root, readme),
      render(names.flatMap((name) => kept[name].rows.filter((row) => (row.readmes ?? [readme]).includes(readme)))),
    );
  }
}

function intoReadme(file, table) {
  const text = readFileSync(file, "utf8");
  const made = text.replace(/(<!-- bench:begin -->)[\s\S]*?(<!-- bench:end -->)/, `$1\n\n${table}\n\n$2`);
  if (made === text && !text.includes(table))
    throw new Error(`${file} has no place for the table (<!-- bench:begin -->)`);
  writeFileSync(file, made);
}
