/** Tells on stderr what is going on: a line a step, and on a terminal a line that is rewritten as it goes. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #step = "";
  #began = 0;
  #shown = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** Runs a step under its name; an error then says which step failed. */
  async step<T>(name: string, work: () => Promise<T>, result: (value: T) => string): Promise<T> {
    this.#step = name;
    this.#began = performance.now();
    this.update("");
    try {
      const value = await work();
      this.#line(`✓ ${name}: ${result(value)} (${this.#seconds()} s)`);
      return value;
    } catch (error) {
      this.#line(`✗ ${name} (${this.#seconds()} s)`);
      throw new StepError(name, error);
    }
  }

  update(text: string): void {
    if (!this.#stream.isTTY || this.#step === "") return;
    const line = `… ${this.#step}${text ? `: ${text}` : ""}`.slice(0, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(`\r${line.padEnd(this.#shown)}`);
    this.#shown = line.length;
  }

  say(line: string): void {
    this.#line(`  ${line}`);
  }

  #line(line: string): void {
    const blank = this.#shown > 0 ? `\r${" ".repeat(this.#shown)}\r` : "";
    this.#shown = 0;
    this.#stream.write(`${blank}${line}\n`);
  }

  #seconds(): string {
    return ((performance.now() - this.#began) / 1000).toFixed(1);
  }
}

export class StepError extends Error {
  override readonly name = "StepError";
  constructor(
    readonly step: string,
    cause: unknown,
  ) {
    super(`step "${step}" failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
