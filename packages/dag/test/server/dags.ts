import { dag, FailWithoutRetry } from "../../src";

/** Lists, maps, retries and fails: the mapped instance of 2 fails each try, an all_done leaf ends the run. */
export const mapped = dag(
  { dagId: "mapped", schedule: null, description: "maps over a list", tags: ["eeg", "p300"], params: { limit: 3 } },
  (d) => {
    const subjects = d.task("subjects", async ({ log }) => {
      log.info("listing subjects", { count: 3 });
      return [1, 2, 3];
    });
    const work = d.task(
      "work",
      { expand: { subject: subjects.output }, retries: 1, retryDelaySeconds: 0 },
      async ({ args, mapIndex }) => {
        if (args.subject === 2) throw new TypeError("subject 2 is broken");
        return { subject: args.subject, mapIndex };
      },
    );
    d.task("end", { upstream: [work], triggerRule: "all_done" }, async ({ xcom }) => {
      await xcom.push("extra", { nested: [1, null] });
      return "done";
    });
  },
);

export const simple = dag({ dagId: "simple", schedule: "0 6 * * *", startDate: "2026-01-01T00:00:00Z" }, (d) => {
  const first = d.task("first", async () => 1);
  d.task("second", { upstream: [first] }, async ({ conf }) => conf);
});

export const failing = dag({ dagId: "failing", schedule: null }, (d) => {
  const boom = d.task("boom", { retries: 3 }, async () => {
    throw new FailWithoutRetry("never again");
  });
  d.task("after", { upstream: [boom] }, async () => "not reached");
});
