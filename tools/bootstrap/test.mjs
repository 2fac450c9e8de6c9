// `npm test`: makes the checkout ready, provisions the real services that suites need, runs every suite once.
// With arguments it passes them on to vitest (a file, `-t name`). The last line counts the tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ready, root, run } from "./ready.mjs";
import { provision } from "../services/provision.mjs";

await run("test", async () => {
  ready();
  const services = await provision();
  const folder = mkdtempSync(join(tmpdir(), "p300-test-"));
  try {
    const report = join(folder, "report.json");
    const { status, signal } = spawnSync(
      process.execPath,
      [
        join(root, "node_modules", "vitest", "vitest.mjs"),
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        ...process.argv.slice(2),
      ],
      { cwd: root, env: { ...process.env, ...services.env }, stdio: ["ignore", "inherit", "inherit"] },
    );
    for (const line of services.notes) process.stdout.write(`${line}\n`);
    const { numPassedTests, numFailedTests, numPendingTests, numTotalTests, success } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    if (numTotalTests === 0) throw new Error("no test was found");
    const ok = status === 0 && success;
    if (process.env.CI && numPendingTests > 0) {
      process.stdout.write(`${numPassedTests} passed, ${numFailedTests + numPendingTests} failed\n`);
      throw new Error(`${numPendingTests} tests were skipped, which CI does not allow`);
    }
    process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`);
    if (signal) throw new Error(`vitest was ended by ${signal}`);
    return ok ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
