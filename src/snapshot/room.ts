/** Part of the room that large parts never take: what is new and small by the next snapshot finds some. */
const kept = 0.1;

/**
 * How the room of a snapshot is shared. Where it is too small for all, the largest parts are left out, so that whoever fills it takes it
 * from nobody else. A part's size is known when it is made, so what counts as large goes by the parts of the snapshot before.
 */
export class Room {
  readonly #limit: number;
  #sizes: number[] = [];
  #left = 0;
  /** From this size on a part is a large one. */
  #large = Infinity;
  /** For the small parts that are still to come. */
  #reserved = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins a snapshot, of which so many bytes are needed beside the parts. */
  begin(bytes: number): void {
    this.#left = this.#limit - bytes;
    this.#large = Infinity;
    this.#reserved = 0;
    const total = this.#sizes.reduce((sum, size) => sum + size, 0);
    if (total > this.#left) this.#reserve(this.#sizes.sort((one, other) => one - other));
    this.#sizes = [];
  }

  /** Takes the room for a part; false where there is none. */
  take(bytes: number): boolean {
    this.#sizes.push(bytes);
    const isLarge = bytes >= this.#large;
    if (!isLarge) this.#reserved = Math.max(0, this.#reserved - bytes);
    if (bytes > this.#left - (isLarge ? this.#reserved + kept * this.#limit : 0)) return false;
    this.#left -= bytes;
    return true;
  }

  #reserve(rising: readonly number[]): void {
    let sum = 0;
    this.#large = rising.find((size) => (sum += size) > (1 - kept) * this.#limit) ?? Infinity;
    for (const size of rising) if (size < this.#large) this.#reserved += size;
  }
}
