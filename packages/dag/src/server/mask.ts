const SENSITIVE =
  /access_token|api_?key|authorization|passphrase|passwd|password|private_key|secret|token|keyfile_dict|service_account/i;
const MASK = "***";

/** Whether a name says that its value is not to be shown. */
export const isSensitive = (name: string): boolean => SENSITIVE.test(name);

/** A variable's text as people may see it: `***` under a name such as `db_password`, also inside a JSON value. */
export function maskValue(key: string, value: string): string {
  if (isSensitive(key)) return MASK;
  if (!SENSITIVE.test(value)) return value;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return value;
  }
  return typeof parsed === "object" && parsed !== null ? JSON.stringify(parsed, maskMember) : value;
}

const maskMember = (name: string, value: unknown): unknown => (name !== "" && isSensitive(name) ? MASK : value);
