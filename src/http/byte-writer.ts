/** The most bytes that UTF-8 takes for one unit of a string. */
const bytesPerUnit = 3;

/** Collects text as UTF-8 in one buffer, which grows when it has to. */
export class ByteWriter {
  #buffer: Buffer;
  #used = 0;

  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafe(expectedBytes);
  }

  write(text: string): void {
    const needed = this.#used + text.length * bytesPerUnit;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
    this.#used += this.#buffer.write(text, this.#used);
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }
}
