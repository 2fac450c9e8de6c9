// `npm run bench [NAME …]`: each claim of a README measured side by side with its peer, alternating, in one run. Prints a
// table, writes .p300/bench.json, and with --write puts the table into README.md.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ready, root, run } from "../bootstrap/ready.mjs";
import { provision } from "../services/provision.mjs";
import { benchDemo } from "./demo.mjs";
import { benchPreprocess } from "./preprocess.mjs";

const BENCHES = { preprocess: benchPreprocess, demo: benchDemo };

await run("bench", async () => {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown) throw new Error(`no bench is named ${unknown}: there are ${Object.keys(BENCHES).join(", ")}`);
  ready();
  const { env, notes } = await provision({ peers: ["numerics"], go: false });
  for (const note of notes) process.stderr.write(`${note}\n`);
  const rows = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name))
      rows.push(...(await bench({ root, python: process.env.P300_PEERS_PYTHON ?? env.P300_PEERS_PYTHON })));
  }
  if (rows.length === 0) throw new Error("nothing was measured");
  const table = render(rows);
  process.stdout.write(`${table}\n`);
  mkdirSync(join(root, ".p300"), { recursive: true });
  writeFileSync(
    join(root, ".p300", "bench.json"),
    `${JSON.stringify({ node: process.version, cpus: cpus().length, rows }, null, 1)}\n`,
  );
  if (args.includes("--write")) intoReadme(table);
  return 0;
});

function render(rows) {
  const lines = rows.map(
    ({ what, ours, theirs, ratio, note }) =>
      `| ${what} | ${ours} | ${theirs ?? ""} | ${ratio === undefined ? "" : ratio.toFixed(2)} | ${note ?? ""} |`,
  );
  return ["| what | ours | the peer | ratio | how |", "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}

function intoReadme(table) {
  const file = join(root, "README.md");
  const text = readFileSync(file, "utf8");
  const made = text.replace(/(<!-- bench:begin -->)[\s\S]*?(<!-- bench:end -->)/, `$1\n\n${table}\n\n$2`);
  if (made === text && !text.includes(table))
    throw new Error("README.md has no place for the table (<!-- bench:begin -->)");
  writeFileSync(file, made);
}
