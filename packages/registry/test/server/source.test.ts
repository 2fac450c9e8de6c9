import { describe, expect, test } from "vitest";
import { checkNoRelativeParts, checkScheme, decodeFully, isWithin } from "../../src/server/source";

describe("an address", () => {
  const root = "mlflow-artifacts:/0/abc/artifacts";
  test.each([
    ["mlflow-artifacts:/0/abc/artifacts", true],
    ["mlflow-artifacts:/0/abc/artifacts/model", true],
    ["mlflow-artifacts:/0/abc/artif%61cts/model", true],
    ["mlflow-artifacts:/0/abc/artifacts-evil/model", false],
    ["mlflow-artifacts:/0/abcd/artifacts", false],
    ["mlflow-artifacts:/0/abc", false],
    ["mlflow-artifacts://host/0/abc/artifacts", false],
    ["s3:/0/abc/artifacts", false],
  ])("%s is within its root: %s", (uri, within) => {
    expect(isWithin(uri, root)).toBe(within);
  });

  test("is never within nothing", () => {
    expect(isWithin("mlflow-artifacts:/x", "mlflow-artifacts:/")).toBe(false);
    expect(isWithin("", "")).toBe(false);
  });

  test.each([
    "mlflow-artifacts:/0/../1",
    "mlflow-artifacts:/%2e%2e/x",
    "mlflow-artifacts:/a/%252e%252e/x",
    "s3://b/a/..",
    "mlflow-artifacts:/a/./b",
    "mlflow-artifacts:/a%00",
  ])("%s is refused", (uri) => {
    expect(() => checkNoRelativeParts(uri)).toThrow("relative path references");
  });

  test.each(["http://x/y", "HTTPS://x", "ftp://x", "hdfs://n/x", "mlflow-artifacts://h:1/x"])(
    "%s may not name a host",
    (uri) => {
      expect(() => checkScheme(uri, "source")).toThrow("cannot use the");
    },
  );
  test.each(["s3://bucket/x", "gs://bucket/x", "mlflow-artifacts:/0/x", "runs:/r/x", "models:/m/1"])(
    "%s names none of its own",
    (uri) => {
      expect(() => checkScheme(uri, "source")).not.toThrow();
    },
  );

  test("is decoded until nothing changes, broken encodings left as they are", () => {
    expect(decodeFully("%25252e%2")).toBe(".%2");
    expect(decodeFully("100%")).toBe("100%");
  });
});
