/**
 * The real services that some suites are held to. Each is found by an environment variable; where it is absent the suites
 * that need it are skipped by name, but never in CI, where what is skipped would go unnoticed.
 */
export interface Service {
  readonly name: string;
  /** What the variable says: the path of an executable. */
  readonly path: string;
  readonly absent: boolean;
}

function service(name: string, variable: string): Service {
  const path = process.env[variable] ?? "";
  if (path === "" && process.env.CI) throw new Error(`${variable} is not set: in CI the tests with ${name} must run`);
  return { name, path, absent: path === "" };
}

/** A Python with mlflow 3.17.2 and boto3. */
export const mlflowPython = (): Service => service("Python mlflow", "P300_TEST_MLFLOW_PYTHON");

/** An S3 server. */
export const versitygw = (): Service => service("versitygw", "P300_TEST_VERSITYGW");
