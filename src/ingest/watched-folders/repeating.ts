/** Does something again and again, each time some seconds after the last has ended. */
export class Repeating {
  readonly #work: () => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  /** @param failed is told what the work rejects with; it is tried again */
  constructor(work: () => Promise<void>, failed: (error: unknown) => void) {
    this.#work = work;
    this.#failed = failed;
  }

  /** The work should come to its end. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** @param interval seconds */
  start(interval: number): void {
    this.#schedule(0, interval);
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(seconds: number, interval: number): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#work()
        .catch(this.#failed)
        .then(() => {
          if (!this.#stopping) this.#schedule(interval, interval);
        });
    }, seconds * 1000).unref();
  }
}
