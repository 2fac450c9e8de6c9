import { join } from "node:path";
import { PipelineError } from "./command";
import type { DemoHome } from "./home";
import { makeFolders } from "./make-folders";
import { commandPath, startService, stopService, type Service } from "./processes";
import { BUCKETS, bucketUri, envOf, MODEL_NAME, type Settings } from "./settings";

const POLL_SECONDS = "0.5"; // someone is watching the switch

/** The long-running parts of the system, each a process of its own. */
export class Services {
  readonly #running: Service[] = [];
  readonly #urls = new Map<Service, string>();
  #isStopped = false;

  constructor(
    readonly home: DemoHome,
    readonly bucketsRoot: string,
  ) {}

  /** Buckets that are folders are made here; S3 buckets have to be there. */
  makeBuckets(): void {
    if (this.bucketsRoot.startsWith("s3:")) return;
    for (const name of Object.keys(BUCKETS) as (keyof typeof BUCKETS)[]) makeFolders(bucketUri(this.bucketsRoot, name));
  }

  async startRegistry(): Promise<string> {
    const database = join(this.home.folder("registry"), "mlflow.db");
    const artifacts = bucketUri(this.bucketsRoot, "artifacts");
    return this.#start(
      "registry",
      [
        commandPath("@p300/registry", "p300-registry"),
        "server",
        "--port",
        "0",
        "--json",
        "--backend-store-uri",
        `sqlite:///${database}`,
        "--artifacts-destination",
        artifacts,
      ],
      {},
    );
  }

  async startDag(settings: Settings, dagsFolder: string, workers: number): Promise<string> {
    const args = [
      "standalone",
      "--port",
      "0",
      "--json",
      "--dags-folder",
      dagsFolder,
      "--home",
      this.home.folder("dag"),
      "--workers",
      String(workers),
    ] as const;
    return this.#start("dag", [commandPath("@p300/dag", "p300-dag"), ...args], envOf(settings));
  }

  async startServe(settings: Settings, replicas: number): Promise<string> {
    const args = [
      "--port",
      "0",
      "--json",
      "--registry",
      settings.registryUrl,
      "--replicas",
      String(replicas),
      "--poll-seconds",
      POLL_SECONDS,
    ] as const;
    return this.#start(
      "serve",
      [
        commandPath("@p300/serve", "p300-serve"),
        ...args,
        "--champion",
        `models:/${MODEL_NAME}@champion`,
        "--challenger",
        `models:/${MODEL_NAME}@challenger`,
      ],
      envOf(settings),
    );
  }

  /** Lets go of everything without stopping it, and tells what stays where. */
  leave(): readonly { name: string; url: string; pid: number }[] {
    return this.#running.splice(0).map((service) => {
      const { child, name, pid } = service;
      child.stdout?.destroy();
      child.unref();
      return { name, pid, url: this.#urls.get(service) ?? "" };
    });
  }

  /** Stops everything, the last started first, also what does not answer yet; nothing is started any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const service of this.#running.splice(0).reverse()) await stopService(service);
  }

  async #start(name: string, command: readonly [string, ...string[]], env: Record<string, string>): Promise<string> {
    if (this.#isStopped) throw new PipelineError(`${name} is not started: the demo is ending`);
    const logFile = join(this.home.folder("logs"), `${name}.log`);
    const service = startService(name, command, { env: { ...env, P300_HOME: this.home.path }, logFile });
    this.#running.push(service); // before it answers: an interruption may come first
    this.home.remember({ pid: service.pid, startedAt: service.startedAt, name });
    const url = await service.url;
    this.#urls.set(service, url);
    return url;
  }
}
