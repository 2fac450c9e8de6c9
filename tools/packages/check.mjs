// What each published package looks like from outside: publint, are-the-types-wrong, and a require and an import of every
// entry from a packed tarball's point of view. Fails when it found no package or no entry.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root, run } from "../bootstrap/ready.mjs";

await run("packages", async () => {
  const names = readdirSync(join(root, "packages")).filter((name) =>
    existsSync(join(root, "packages", name, "package.json")),
  );
  if (names.length === 0) throw new Error("no package was found");
  const folder = mkdtempSync(join(tmpdir(), "p300-pack-"));
  let problems = 0;
  let entries = 0;
  try {
    for (const name of names) {
      const place = join(root, "packages", name);
      const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
      const { messages } = await publint({ pkgDir: place, strict: true });
      for (const message of messages) {
        problems += 1;
        process.stdout.write(`${manifest.name}: ${formatMessage(message, manifest)}\n`);
      }
      const packed = sh("npm", ["pack", "--json", "--pack-destination", folder], place);
      const [{ filename, files }] = JSON.parse(packed.stdout);
      for (const needed of [
        "README.md",
        "LICENSE",
        ...Object.values(manifest.bin).map((path) => path.replace("./", "")),
      ]) {
        if (files.some(({ path }) => path === needed)) continue;
        problems += 1;
        process.stdout.write(`${manifest.name}: ${needed} is not in the tarball\n`);
      }
      const wrong = sh(
        process.execPath,
        [
          join(root, "node_modules/@arethetypeswrong/cli/dist/index.js"),
          join(folder, filename),
          "--profile",
          "node16",
          "--no-color",
        ],
        root,
      );
      if (wrong.status !== 0) {
        problems += 1;
        process.stdout.write(`${manifest.name}: are-the-types-wrong:\n${wrong.stdout}${wrong.stderr}\n`);
      }
      for (const entry of Object.keys(manifest.exports)) {
        if (entry.endsWith(".json")) continue;
        const id = JSON.stringify(manifest.name + entry.slice(1));
        for (const [kind, code] of [
          [
            "import",
            `const m = await import(${id}); if (Object.keys(m).length === 0) throw new Error("exports nothing");`,
          ],
          ["require", `const m = require(${id}); if (Object.keys(m).length === 0) throw new Error("exports nothing");`],
        ]) {
          entries += 1;
          const loaded = sh(
            process.execPath,
            [`--input-type=${kind === "import" ? "module" : "commonjs"}`, "-e", code],
            root,
          );
          if (loaded.status === 0) continue;
          problems += 1;
          process.stdout.write(
            `${manifest.name}${entry.slice(1)}: ${kind} failed: ${
              loaded.stderr
                .trim()
                .split("\n")
                .find((line) => /^\w*Error/.test(line)) ?? loaded.stderr
            }\n`,
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (entries === 0) throw new Error("no entry was checked");
  process.stdout.write(`${names.length} packages, ${entries} entries loaded, ${problems} problems\n`);
  return problems === 0 ? 0 : 1;
});

function sh(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}
