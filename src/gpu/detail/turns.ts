/** GPUs that are asked one by one have so many seconds in one reading: the document has to find its time beside them. */
export const roundSeconds = 5;

/** Goes from GPU to GPU while there is time in a reading; the next one begins with those whose turn is longest ago. */
export class Turns {
  readonly #now: () => number;
  /** Those that had a turn, the one whose turn is longest ago first. */
  #order: readonly string[] = [];

  /** @param now Unix time in seconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns whether each had its turn; one has it in any case */
  async take(gpus: readonly string[], turn: (gpu: string) => Promise<void>): Promise<boolean> {
    const end = this.#now() + roundSeconds;
    const had = this.#order.filter((gpu) => gpus.includes(gpu));
    const queue = [...gpus.filter((gpu) => !had.includes(gpu)), ...had];
    let turns = 0;
    for (const gpu of queue) {
      if (turns > 0 && this.#now() >= end) break;
      await turn(gpu);
      turns += 1;
    }
    this.#order = [...had.filter((gpu) => !queue.slice(0, turns).includes(gpu)), ...queue.slice(0, turns)];
    return turns === queue.length;
  }
}
