import { describe, expect, test } from "vitest";
import { backoffMillis, Follower, type FollowerEvents } from "../src/follower";
import { Slot } from "../src/slot";
import { constantPredictor, FakeSource, until } from "./fakes";

function following(alias?: string, options: { pollIntervalMillis?: number; deadlineMillis?: number } = {}) {
  const source = new FakeSource(alias);
  const slot = new Slot("champion", source.uri);
  const told: string[] = [];
  const events: FollowerEvents = {
    swapped: ({ label }) => void told.push(`swapped ${label}`),
    loadFailed: (_, wanted) => void told.push(`failed ${wanted}`),
    polled: (outcome) => void told.push(`polled ${outcome}`),
    problem: (message) => void told.push(`problem ${message}`),
  };
  const follower = new Follower(slot, source, { pollIntervalMillis: 0, events, random: () => 0, ...options });
  return { source, slot, follower, told };
}

describe("one step", () => {
  test("takes the alias's version into service, and a moved alias's", async () => {
    const { source, slot, follower } = following("1");
    await follower.step();
    expect(slot.current?.label).toBe("v1");
    source.alias = "2";
    await follower.step();
    expect(slot.current?.label).toBe("v2");
    expect(slot.previous?.label).toBe("v1");
    await follower.step();
    expect(source.loaded).toEqual(["1", "2"]);
  });

  test("goes back to the version before without fetching it again", async () => {
    const { source, slot, follower } = following("1");
    await follower.step();
    source.alias = "2";
    await follower.step();
    source.alias = "1";
    await follower.step();
    expect([slot.current?.label, slot.previous?.label]).toEqual(["v1", "v2"]);
    expect(source.loaded).toEqual(["1", "2"]);
  });

  test("an alias that is missing, or disappears, keeps what is served and says so once", async () => {
    const { source, slot, follower, told } = following();
    await follower.step();
    await follower.step();
    expect(slot.current).toBeUndefined();
    expect(slot.problem?.kind).toBe("absent");
    expect(told.filter((line) => line.startsWith("problem"))).toEqual([
      "problem models:/P300-Classifier@champion does not exist",
    ]);
    source.alias = "1";
    await follower.step();
    expect(slot.problem).toBeUndefined();
    source.alias = undefined;
    await follower.step();
    expect([slot.current?.label, slot.problem?.kind]).toEqual(["v1", "absent"]);
  });

  test("a registry that is down keeps what is served, and is picked up again", async () => {
    const { source, slot, follower } = following("1");
    await follower.step();
    source.down = true;
    await follower.step();
    expect(slot.current?.label).toBe("v1");
    expect(slot.problem).toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("ECONNREFUSED") as string,
    });
    source.down = false;
    source.alias = "2";
    await follower.step();
    expect([slot.current?.label, slot.problem]).toEqual(["v2", undefined]);
  });

  test("a version that fails to load leaves the old one serving, is counted, and does not hold up the next", async () => {
    const { source, slot, follower, told } = following("1", { pollIntervalMillis: 60_000 });
    await follower.step();
    source.broken.add("2");
    source.alias = "2";
    await follower.step();
    await follower.step(); // within the wait before the next try: asked, not fetched again
    expect(slot.current?.label).toBe("v1");
    expect(slot.problem).toMatchObject({ kind: "load-failed", wanted: "v2" });
    expect(slot.problem?.message).toContain("checksum differs");
    expect(slot.counts).toEqual({ reloads: 1, failures: 1 });
    expect(source.loaded).toEqual(["1", "2"]);
    expect(told.filter((line) => line === "failed v2")).toHaveLength(1);
    source.alias = "3";
    await follower.step();
    expect([slot.current?.label, slot.problem]).toEqual(["v3", undefined]);
  });

  test("a version that is broken for a while is tried again", async () => {
    const { source, slot, follower } = following("1");
    source.broken.add("1");
    await follower.step();
    expect(slot.current).toBeUndefined();
    source.broken.clear();
    await follower.step();
    expect(slot.current?.label).toBe("v1");
  });

  test("a version of another width than the served one is refused", async () => {
    const { source, slot, follower } = following("1");
    await follower.step();
    source.predictorOf = () => constantPredictor(0.5, 4);
    source.alias = "2";
    await follower.step();
    expect(slot.current?.label).toBe("v1");
    expect(slot.problem?.message).toMatch(/expected 3 features .* got 4/);
  });

  test("a source that never answers counts as failed after the deadline", async () => {
    const { source, slot, follower } = following("1", { deadlineMillis: 20 });
    source.resolve = () => new Promise(() => {});
    await follower.step();
    expect(slot.problem?.message).toMatch(/took longer than 20 ms/);
  });
});

describe("following", () => {
  test("sees the alias move by itself, asks one question at a time, and stops", async () => {
    const { source, slot, follower } = following("1", { pollIntervalMillis: 5 });
    let open = 0;
    let openMost = 0;
    const resolve = source.resolve.bind(source);
    source.resolve = async () => {
      openMost = Math.max(openMost, ++open);
      await new Promise((done) => setTimeout(done, 10));
      open -= 1;
      return resolve();
    };
    await follower.start();
    expect(slot.current?.label).toBe("v1");
    for (const version of ["2", "3", "2"]) {
      source.alias = version;
      await until(`version ${version}`, () => slot.current?.version === version);
    }
    expect(openMost).toBe(1);
    await follower.stop();
    await until("the end of a question that was under way", () => open === 0);
    const asked = source.resolved;
    await new Promise((done) => setTimeout(done, 50));
    expect(source.resolved).toBe(asked);
  });

  test("asks ever less often while the registry is down, up to a limit, and as often as before afterwards", () => {
    const delays = (failedPolls: number) =>
      backoffMillis(failedPolls, { pollIntervalMillis: 1000, backoffMillisMax: 15_000 }, 0.5);
    expect([0, 1, 2, 3, 4, 100].map(delays)).toEqual([1000, 1500, 3000, 6000, 11_250, 11_250]);
  });

  test("goes on asking while the registry is down", async () => {
    const { source, slot, follower } = following("1", { pollIntervalMillis: 1 });
    source.down = true;
    await follower.start();
    await until("five questions", () => source.resolved >= 5);
    expect(slot.current).toBeUndefined();
    source.down = false;
    await slot.whenLoaded();
    expect(slot.current?.label).toBe("v1");
    await follower.stop();
  });

  test("does not ask again once a source that never moves has loaded", async () => {
    const { source, slot, follower } = following("1", { pollIntervalMillis: 1 });
    Object.assign(source, { moves: false });
    source.down = true;
    await follower.start();
    source.down = false;
    await slot.whenLoaded();
    const asked = source.resolved;
    await new Promise((done) => setTimeout(done, 30));
    expect(source.resolved).toBe(asked);
    await follower.stop();
  });

  test("ends at once though the registry does not answer", async () => {
    const { source, slot, follower, told } = following("1");
    source.resolve = () => new Promise(() => {});
    const firstTry = follower.start();
    await follower.stop();
    await firstTry;
    expect([slot.current, slot.problem, told]).toEqual([undefined, undefined, []]);
  });
});
