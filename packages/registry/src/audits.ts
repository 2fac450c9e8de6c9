import { experimentAudits } from "./audits/experiments";
import { httpAudits } from "./audits/http";
import { registryAudits } from "./audits/registry";
import { runAudits } from "./audits/runs";
import { searchRunAudits } from "./audits/search-runs";
import type { Audit } from "./audits/audit";

export { AuditFailure, type Audit } from "./audits/audit";

/**
 * What a tracking server MUST do to be one that MLflow's clients can use, each measured on the real server. Run them on any
 * server that may be written to: they leave experiments, runs and models behind.
 */
export const audits: readonly Audit[] = [
  ...experimentAudits,
  ...runAudits,
  ...searchRunAudits,
  ...registryAudits,
  ...httpAudits,
];
