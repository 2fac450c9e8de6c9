import { BucketNotFoundError } from "./errors";

/** The HTTP status of an answer of S3, as the AWS SDK's errors carry it. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode;
}

export function isNoSuchKey(error: unknown): boolean {
  return error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound");
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
]);

// Some servers answer them with other statuses than 403.
const DENIED = new Set(["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "XAdminUserNotFound"]);

/** What an error of the AWS SDK says about the bucket as a whole, in one line; undefined when it says nothing. */
export function bucketError(
  error: unknown,
  bucket: string,
  uri: string,
  endpoint: string | undefined,
): BucketNotFoundError | undefined {
  if (!(error instanceof Error)) return undefined;
  const where = endpoint ?? "Amazon S3";
  const fail = (reason: "missing" | "unreachable" | "denied", message: string): BucketNotFoundError =>
    new BucketNotFoundError(uri, reason, message, { cause: error });
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error.name === "NoSuchBucket" || error.name === "InvalidBucketName") {
    return fail("missing", `bucket ${bucket} does not exist at ${where}: create it, or give another`);
  }
  if (error.name === "AbortError" || error.name === "TimeoutError" || UNREACHABLE.has(code)) {
    const why = code === "" ? "no answer in time" : code;
    return fail(
      "unreachable",
      `bucket ${bucket} cannot be reached at ${where} (${why}): start that service, or set MLFLOW_S3_ENDPOINT_URL`,
    );
  }
  if (error.name === "CredentialsProviderError" || error.name === "TokenProviderError") {
    return fail(
      "denied",
      `no credentials for bucket ${bucket} at ${where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    );
  }
  const status = statusOf(error);
  if (status === 401 || status === 403 || DENIED.has(error.name)) {
    return fail(
      "denied",
      `access to bucket ${bucket} at ${where} is denied (${error.name}): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's policy`,
    );
  }
  if (status === 301 || error.name === "PermanentRedirect") {
    return fail("unreachable", `bucket ${bucket} is in another region than the one asked: set AWS_REGION`);
  }
  if (/region is missing/i.test(error.message)) {
    return fail("unreachable", `no region for bucket ${bucket}: set AWS_REGION, or MLFLOW_S3_ENDPOINT_URL`);
  }
  return undefined;
}
