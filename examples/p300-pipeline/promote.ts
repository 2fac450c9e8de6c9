import { MlflowClient, promote as moveAlias } from "@p300/registry";
import { runCommand, UsageError } from "./src/command";
import { PredictClient } from "./src/predict-client";
import { MODEL_NAME, settingsFromEnv, type Settings } from "./src/settings";
import { simulate, type Simulation } from "./simulate";

export interface Promotion {
  readonly promoted: boolean;
  /** The rule in words, with both figures. */
  readonly rule: string;
  readonly championVersion: string | null;
  readonly previousChampionVersion: string | null;
}

/** Judges challenger and champion on the same never-seen subjects through the server, and moves the alias when the
 * challenger's pooled AUC is at least the champion's. */
export async function promote(
  settings: Settings,
  client: PredictClient,
  judges: readonly string[],
): Promise<Promotion> {
  const registry = new MlflowClient({ trackingUri: settings.registryUrl });
  const champion = await championVersion(registry);
  const challenger = await simulate(settings, client, { slot: "challenger", subjects: judges });
  const opponent = champion === null ? null : await simulate(settings, client, { slot: "champion", subjects: judges });
  const { promoted, rule } = verdict(challenger, opponent, judges);
  if (!promoted) return { promoted, rule, championVersion: champion, previousChampionVersion: null };
  await moveAlias(registry, { model: MODEL_NAME, verdict: { promoted, rule } });
  return { promoted, rule, championVersion: challenger.versions[0] ?? null, previousChampionVersion: champion };
}

/** Promotes the first model there is: with no champion there is nobody to beat, so its figure is told, not judged. */
export async function promoteFirst(
  settings: Settings,
  client: PredictClient,
  unseen: readonly string[],
  splitAuc: number,
): Promise<Promotion> {
  const registry = new MlflowClient({ trackingUri: settings.registryUrl });
  const simulation =
    unseen.length > 0 ? await simulate(settings, client, { slot: "challenger", subjects: unseen }) : null;
  const figure =
    simulation === null
      ? `split AUC ${splitAuc.toFixed(4)}`
      : `pooled AUC ${simulation.pooled.auc?.toFixed(4) ?? "undefined"} on ${simulation.perSubject.length} subjects that it never saw`;
  const rule = `no champion yet, so the first model is promoted: ${figure}`;
  const { version } = await moveAlias(registry, { model: MODEL_NAME, verdict: { promoted: true, rule } });
  return { promoted: true, rule, championVersion: version, previousChampionVersion: null };
}

export function verdict(
  challenger: Simulation,
  champion: Simulation | null,
  judges: readonly string[],
): { promoted: boolean; rule: string } {
  const ours = challenger.pooled.auc;
  const theirs = champion === null ? null : champion.pooled.auc;
  const figure = (name: string, { versions, pooled }: Simulation) =>
    `${name} v${versions.join(",")} ${pooled.auc?.toFixed(4) ?? "undefined"}`;
  if (champion === null)
    return {
      promoted: ours !== null,
      rule: `no champion yet, so the first model is promoted: ${figure("challenger", challenger)} on ${judges.join(" and ")}`,
    };
  return {
    promoted: ours !== null && (theirs === null || ours >= theirs),
    rule: `the challenger's pooled AUC must be at least the champion's on ${judges.join(" and ")}: ${figure("challenger", challenger)}, ${figure("champion", champion)}`,
  };
}

async function championVersion(registry: MlflowClient): Promise<string | null> {
  const { aliases } = await registry.getRegisteredModel(MODEL_NAME);
  return aliases["champion"] ?? null;
}

const HELP = `
Usage: node run.mjs promote --judges A,B [options]

Judges challenger and champion on subjects that neither was trained on, and promotes the challenger if it is at least as good.

  --judges A,B  folders of the features bucket
  --url URL     of p300-serve (default http://127.0.0.1:8000)
  --json        print the promotion as one line of JSON

Environment: MLFLOW_TRACKING_URI, P300_BUCKETS`;

export async function main(args: readonly string[]): Promise<number> {
  const options = { judges: { type: "string" }, url: { type: "string" }, json: { type: "boolean" } } as const;
  return runCommand("promote", HELP, options, args, async ({ judges, url = "http://127.0.0.1:8000", json }) => {
    if (!judges)
      throw new UsageError(
        "--judges is missing: name the subjects to judge on, such as --judges subject_11,subject_12",
      );
    const client = new PredictClient(8, url);
    try {
      const promotion = await promote(settingsFromEnv(), client, judges.split(","));
      process.stdout.write(
        json
          ? `${JSON.stringify(promotion)}\n`
          : `${promotion.promoted ? "promoted" : "not promoted"}: ${promotion.rule}\n`,
      );
      return promotion.promoted ? 0 : 1;
    } finally {
      client.close();
    }
  });
}
