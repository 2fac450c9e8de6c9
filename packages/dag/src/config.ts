import { ConfigError } from "./errors";

/** The settings that exist, under Airflow's section and key names: `P300_DAG__CORE__PARALLELISM` is `core.parallelism`. */
export interface Config {
  /** core.parallelism: task instances that run at the same time, at most. */
  readonly parallelism: number;
  /** core.dags_are_paused_at_creation. */
  readonly dagsArePausedAtCreation: boolean;
  /** core.dagbag_import_timeout: seconds that importing one DAG file may take. */
  readonly importTimeoutSeconds: number;
  /** dag_processor.refresh_interval: seconds between two looks at the dags folder. */
  readonly refreshIntervalSeconds: number;
}

interface Key<Name extends keyof Config> {
  readonly variable: string;
  readonly read: (text: string, variable: string) => Config[Name];
  readonly byDefault: Config[Name];
}

const number =
  (min: number, integer = false) =>
  (text: string, variable: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= min) || !Number.isFinite(value) || (integer && !Number.isInteger(value)))
      throw new ConfigError(variable, text, `a${integer ? " whole" : ""} number of at least ${min}`);
    return value;
  };

const boolean = (text: string, variable: string): boolean => {
  const value = text.trim().toLowerCase();
  if (["true", "t", "1", "yes", "on"].includes(value)) return true;
  if (["false", "f", "0", "no", "off"].includes(value)) return false;
  throw new ConfigError(variable, text, "true or false");
};

const KEYS: { readonly [Name in keyof Config]: Key<Name> } = {
  parallelism: { variable: "P300_DAG__CORE__PARALLELISM", read: number(1, true), byDefault: 32 },
  dagsArePausedAtCreation: { variable: "P300_DAG__CORE__DAGS_ARE_PAUSED_AT_CREATION", read: boolean, byDefault: true },
  importTimeoutSeconds: { variable: "P300_DAG__CORE__DAGBAG_IMPORT_TIMEOUT", read: number(0.1), byDefault: 30 },
  refreshIntervalSeconds: { variable: "P300_DAG__DAG_PROCESSOR__REFRESH_INTERVAL", read: number(0.05), byDefault: 2 },
};

/** Reads the settings from environment variables.
 * @throws {ConfigError} for a value that is none. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const read = <Name extends keyof Config>(name: Name): Config[Name] => {
    const { variable, read, byDefault } = KEYS[name];
    const text = env[variable];
    return text === undefined || text === "" ? byDefault : read(text, variable);
  };
  return {
    parallelism: read("parallelism"),
    dagsArePausedAtCreation: read("dagsArePausedAtCreation"),
    importTimeoutSeconds: read("importTimeoutSeconds"),
    refreshIntervalSeconds: read("refreshIntervalSeconds"),
  };
}
