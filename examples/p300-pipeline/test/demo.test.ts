// The demo as a user runs it, from end to end: real processes, real files, the default cohort.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { processesNaming, recordings, startDemo, summaryOf } from "./demo-process";

const temporary = mkdtempSync(join(tmpdir(), "p300-demo-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe("npm run demo", () => {
  const home = join(temporary, "synthetic");

  test("runs the whole pipeline, and its summary is complete and true", async () => {
    const { code, stdout, stderr } = await startDemo(["--home", home]).ended;
    expect(stderr).not.toMatch(/✗/);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("P300-Classifier v2");

    const { data, dag, training, unseen, promotion, serving, elapsed_seconds, stages_seconds, version } =
      summaryOf(home);
    expect(version).toBe(1);
    expect(data).toMatchObject({
      source: "synthetic",
      features: 1120,
      subjects_train: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      subjects_unseen: [11, 12, 13, 14, 15],
    });
    expect(data.epochs / 5760).toBeGreaterThan(0.89); // the kept share of the reference cohort: 89–94 %
    expect(data.epochs / 5760).toBeLessThan(0.94);
    expect(dag.dag_id).toBe("p300_full_ingest_and_process_pipeline");
    expect(dag.runs.map(({ state }) => state)).toEqual(["success", "success", "success"]);
    expect(dag.runs.map(({ task_instances }) => task_instances)).toEqual([10, 10, 10]); // five tasks, and preprocess five times
    expect(training).toMatchObject({ model: "P300-Classifier", version: "2", alias: "challenger" });
    expect(training.auc).toBeGreaterThan(0.8);
    expect(training.auc).toBeLessThan(0.88);
    expect(training.tn + training.fp + training.fn + training.tp).toBe(Math.ceil(data.epochs * 0.2));
    expect(training.accuracy).toBeCloseTo((training.tn + training.tp) / Math.ceil(data.epochs * 0.2), 12);
    expect(unseen.per_subject.map(({ subject }) => subject)).toEqual([11, 12, 13, 14, 15]);
    expect(unseen.pooled.auc).toBeGreaterThan(0.62);
    expect(unseen.pooled.auc).toBeLessThan(0.7);
    expect(promotion).toMatchObject({ promoted: true, champion_version: "2", previous_champion_version: "1" });
    expect(promotion.rule).toMatch(/v2 0\.\d+, champion v1 0\.\d+/);
    expect(serving.failed).toBe(0);
    expect(serving.requests).toBeGreaterThan(2000);
    expect(serving.versions_seen).toEqual({ champion: ["1", "2"], challenger: ["1", "2"] });
    expect(elapsed_seconds).toBeGreaterThan(0);
    expect(Object.keys(stages_seconds)).toEqual(["generate", "preprocess", "train", "serve"]);
    expect(processesNaming(home)).toEqual([]);
  });

  test("a Ctrl-C in the middle leaves no process, and the next run works", async () => {
    const demo = startDemo(["--home", home]);
    await demo.until(/✓ registry and scheduler/);
    demo.child.kill("SIGINT");
    const { code, stderr } = await demo.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/demo: step "DAG run 1" failed: stopped by SIGINT/);
    expect(processesNaming(home)).toEqual([]);
  });

  test("a Ctrl-C while a service is starting leaves no process either", async () => {
    const demo = startDemo(["--home", home]);
    await demo.until(/✓ recordings/);
    while (processesNaming(home).length < 2 && demo.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    demo.child.kill("SIGINT"); // the registry has been spawned, and does not answer yet
    const { code, stderr } = await demo.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/demo: step "registry and scheduler" failed: stopped by SIGINT/);
    expect(processesNaming(home)).toEqual([]);
  });

  test("a killed demo's services are ended by the next run, on recordings of one's own", async () => {
    const killed = startDemo(["--home", home]);
    await killed.until(/✓ registry and scheduler/);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(processesNaming(home).length).toBeGreaterThan(0);

    const { code, stderr, stdout } = await startDemo(["--home", home, "--data", recordings, "--json"]).ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("ended what an earlier run left behind");
    const summary = summaryOf(home);
    expect(JSON.parse(stdout)).toEqual(summary);
    expect(summary.data).toMatchObject({
      source: "parquet",
      features: 284,
      subjects_train: ["auditory_subject_01_session_1"],
      subjects_unseen: ["subject_01_session_2"],
    });
    expect(summary.data.epochs).toBe(578); // as many as MNE keeps of the three runs
    expect(summary.training.auc).toBeCloseTo(0.6056955093099672, 9);
    expect(summary.serving.failed).toBe(0);
    expect(processesNaming(home)).toEqual([]);
  });
});

describe("a demo that can't run says why in one line", () => {
  const cases: [string, string[], number, RegExp][] = [
    ["an unknown option", ["--nonsense"], 2, /^demo: .*--nonsense/],
    ["a seed that is no number", ["--seed", "abc"], 2, /^demo: --seed is "abc": give a number/],
    [
      "a data folder that is not there",
      ["--data", join(temporary, "absent")],
      1,
      /^demo: step "recordings" failed: --data .*absent can't be read/m,
    ],
    ["a data folder with nothing in it", ["--data", temporary], 1, /at least two are needed/],
    ["a home that can't be made", ["--home", "/proc/p300/demo"], 1, /^demo: folder \/proc\/p300.* can't be made/],
    ["a home that is not the demo's", ["--home", recordings], 1, /^demo: .* is not empty and was not made by the demo/],
    [
      "a bucket that does not exist",
      ["--home", join(temporary, "nobucket"), "--data", recordings, "--buckets", "s3://"],
      1,
      /p300-mlflow-artifacts/,
    ],
  ];
  test.each(cases)("%s", async (_, args, wanted, words) => {
    const withHome = args.includes("--home") ? args : ["--home", join(temporary, "refused"), ...args];
    const { code, stderr, stdout } = await startDemo(withHome, {
      MLFLOW_S3_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
      AWS_REGION: "us-east-1",
    }).ended;
    expect(code, stderr).toBe(wanted);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe("");
    expect(processesNaming(join(temporary, "refused"))).toEqual([]);
  });
});
