/** What prints more lines than this in answer to `--help-query-gpu` is no nvidia-smi: its help text has fewer than 2000. */
const mostLines = 20_000;

/** Takes the lines that `--help-query-gpu` prints, and ends a program that prints without end, in lines or in time. */
export class HelpListener {
  readonly #longestSeconds: number;
  readonly #onEndless: (message: string) => void;
  readonly #lines: string[] = [];
  readonly #endless = new AbortController();
  #overtime: NodeJS.Timeout | undefined;

  /** @param onEndless is told once, before {@link HelpListener.signal} */
  constructor(longestSeconds: number, onEndless: (message: string) => void) {
    this.#longestSeconds = longestSeconds;
    this.#onEndless = onEndless;
  }

  /** Says that the program is to be ended. */
  get signal(): AbortSignal {
    return this.#endless.signal;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  begin(): void {
    this.#overtime = setTimeout(() => {
      this.#giveUp(`still prints after ${this.#longestSeconds} s`);
    }, 1000 * this.#longestSeconds);
  }

  take(line: string): void {
    if (this.#lines.length < mostLines) this.#lines.push(line);
    else this.#giveUp(`prints more than ${mostLines} lines`);
  }

  end(): void {
    clearTimeout(this.#overtime);
  }

  #giveUp(excess: string): void {
    if (this.signal.aborted) return;
    const begin = (this.#lines.find((line) => line.trim() !== '') ?? '').slice(0, 300);
    this.#onEndless(
      `nvidia-smi --help-query-gpu ${excess}, beginning with ${JSON.stringify(begin)}; it is being ended`,
    );
    this.#endless.abort();
  }
}
