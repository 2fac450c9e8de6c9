import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PipelineError } from "./command";
import { makeFolders } from "./make-folders";
import { endLeftovers, isAlive, startOf, type StartedProcess } from "./processes";

const MARKER = ".p300-demo.json";

interface Marker {
  readonly madeBy: "p300 demo";
  readonly demo: StartedProcess;
  readonly services: StartedProcess[];
}

/** The demo's own folder: emptied at each start, but only when it bears the demo's marker. */
export class DemoHome {
  readonly #services: StartedProcess[] = [];

  private constructor(readonly path: string) {}

  static async open(path: string, say: (line: string) => void): Promise<DemoHome> {
    if (existsSync(path) && readdirSync(path).length > 0) {
      const marker = readMarker(path);
      if (marker === null)
        throw new PipelineError(
          `${path} is not empty and was not made by the demo: give another folder by --home, or empty it yourself`,
        );
      if (marker.demo.pid !== process.pid && isAlive(marker.demo))
        throw new PipelineError(
          `another demo (process ${marker.demo.pid}) is at work in ${path}: wait for it, or give another folder by --home`,
        );
      const ended = await endLeftovers(marker.services);
      if (ended.length > 0) say(`ended what an earlier run left behind: ${ended.join(", ")}`);
      // the marker goes last, so that a sweep cut short can be done again
      for (const name of readdirSync(path))
        if (name !== MARKER) rmSync(join(path, name), { recursive: true, force: true });
    }
    makeFolders(path);
    const home = new DemoHome(path);
    home.#writeMarker();
    return home;
  }

  folder(...parts: string[]): string {
    const path = join(this.path, ...parts);
    makeFolders(path);
    return path;
  }

  /** Remembers a process, so that the next run can end it when this one can't. */
  remember(service: StartedProcess): void {
    this.#services.push(service);
    this.#writeMarker();
  }

  #writeMarker(): void {
    const marker: Marker = {
      madeBy: "p300 demo",
      demo: { pid: process.pid, startedAt: startOf(process.pid) ?? "", name: "demo" },
      services: this.#services,
    };
    const file = join(this.path, MARKER);
    writeFileSync(`${file}.new`, `${JSON.stringify(marker, null, 1)}\n`);
    renameSync(`${file}.new`, file);
  }
}

function readMarker(path: string): Marker | null {
  try {
    const marker = JSON.parse(readFileSync(join(path, MARKER), "utf8")) as Marker;
    return marker.madeBy === "p300 demo" && Array.isArray(marker.services) ? marker : null;
  } catch {
    return null;
  }
}
