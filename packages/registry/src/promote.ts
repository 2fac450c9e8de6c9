import { checkAlias } from "./alias";
import { MlflowApiError, PromotionError } from "./client/errors";
import type { MlflowClient } from "./client/mlflow-client";
import { whoami } from "./client/whoami";
import { formatModelUri, resolveModelUri } from "./model-uri";

/** What a rule said of the challenger, computed by the caller: no statistics live here. */
export interface Verdict {
  readonly promoted: boolean;
  /** The rule in words, with its figures. */
  readonly rule: string;
}

export interface PromoteOptions {
  readonly model: string;
  /** The alias whose version is promoted. Default `challenger`. */
  readonly from?: string;
  /** The alias that moves to it. Default `champion`. */
  readonly to?: string;
  /** The alias that the former champion gets. Default `previous-champion`. */
  readonly previous?: string;
  /** Without one the promotion is unconditional; with one that says no, the version is marked and no alias moves. */
  readonly verdict?: Verdict;
  /** Who did it; default: the user of this process. */
  readonly by?: string;
}

export interface Promotion {
  readonly model: string;
  /** The version that was considered. */
  readonly version: string;
  /** The champion before, if there was one. */
  readonly previousVersion?: string;
  readonly from: string;
  readonly to: string;
  /** Whether `to` is at `version` now. */
  readonly promoted: boolean;
  /** False also when `to` was there already. */
  readonly moved: boolean;
  readonly rule?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
}

/**
 * Makes the version behind one alias the champion, keeps the former one under another alias, and writes on the version who did
 * it, when, from where and by which rule: tags `promotion.at`, `.by`, `.from`, `.to`, `.previous_version`, `.rule`, `.promoted`.
 *
 * The champion's alias moves last: whoever follows it sees a promotion that is recorded whole. Interrupted, it can be repeated.
 * @throws {ModelUriError} when the model or the alias `from` does not exist.
 * @throws {AliasNameError} when `to` or `previous` cannot be an alias; nothing is done then.
 */
export async function promote(client: MlflowClient, options: PromoteOptions): Promise<Promotion> {
  const { model, from = "challenger", to = "champion", previous = "previous-champion", verdict } = options;
  for (const alias of [to, previous]) checkAlias(alias);
  if (new Set([from, to, previous]).size < 3) {
    throw new PromotionError(model, `the aliases ${from}, ${to} and ${previous} have to differ`);
  }
  const { version } = await resolveVersion(client, model, from);
  const previousVersion = await versionBehind(client, model, to);
  const promoted = verdict?.promoted ?? true;
  const record: Promotion = {
    model,
    version,
    ...(previousVersion !== undefined && { previousVersion }),
    from,
    to,
    promoted,
    moved: promoted && previousVersion !== version,
    ...(verdict !== undefined && { rule: verdict.rule }),
    at: new Date().toISOString(),
    by: options.by ?? (await whoami()),
  };
  if (promoted && previousVersion === version) return record;
  await writeTags(client, record);
  if (!promoted) return record;
  if (previousVersion !== undefined) await client.setRegisteredModelAlias(model, previous, previousVersion);
  await client.setRegisteredModelAlias(model, to, version);
  return record;
}

export interface RollbackOptions {
  readonly model: string;
  readonly to?: string;
  readonly previous?: string;
  readonly by?: string;
}

export interface Rollback {
  readonly model: string;
  /** The champion now. */
  readonly version: string;
  /** The champion before, which `previous` names now: a second rollback undoes the first. */
  readonly previousVersion?: string;
  readonly at: string;
  readonly by: string;
}

/**
 * Gives the champion's alias back to the former champion, and tags the version that lost it: `rollback.at`, `.by`, `.to_version`.
 * @throws {PromotionError} when there is no former champion.
 */
export async function rollback(client: MlflowClient, options: RollbackOptions): Promise<Rollback> {
  const { model, to = "champion", previous = "previous-champion" } = options;
  const version = await versionBehind(client, model, previous);
  if (version === undefined) {
    await client.getRegisteredModel(model); // an unknown model is another error
    throw new PromotionError(
      model,
      `there is no alias ${previous} to roll back to: nothing was promoted over a champion yet`,
    );
  }
  const current = await versionBehind(client, model, to);
  if (current === version) {
    throw new PromotionError(
      model,
      `${to} and ${previous} are both version ${version}: there is nothing to roll back to`,
    );
  }
  const at = new Date().toISOString();
  const by = options.by ?? (await whoami());
  await client.setRegisteredModelAlias(model, to, version);
  if (current !== undefined) {
    await client.setRegisteredModelAlias(model, previous, current);
    const tags = { at, by, to_version: version };
    for (const [key, value] of Object.entries(tags))
      await client.setModelVersionTag(model, current, `rollback.${key}`, value);
  }
  return { model, version, ...(current !== undefined && { previousVersion: current }), at, by };
}

async function writeTags(client: MlflowClient, record: Promotion): Promise<void> {
  const tags = {
    at: record.at,
    by: record.by,
    from: record.from,
    to: record.to,
    previous_version: record.previousVersion,
    rule: record.rule,
    promoted: String(record.promoted),
  };
  for (const [key, value] of Object.entries(tags)) {
    if (value !== undefined) await client.setModelVersionTag(record.model, record.version, `promotion.${key}`, value);
  }
}

async function resolveVersion(client: MlflowClient, model: string, alias: string): Promise<{ version: string }> {
  const { version } = await resolveModelUri(client, formatModelUri(model, { alias }));
  if (version === undefined) throw new PromotionError(model, `alias ${alias} names no version`);
  return { version };
}

/** The version behind an alias; undefined when there is no such alias. */
async function versionBehind(client: MlflowClient, model: string, alias: string): Promise<string | undefined> {
  try {
    return (await client.getModelVersionByAlias(model, alias)).version;
  } catch (error) {
    if (error instanceof MlflowApiError && (error.status === 400 || error.status === 404)) return undefined;
    throw error;
  }
}
