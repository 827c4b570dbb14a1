/** The most bytes that UTF-8 takes for one unit of a string. */
const bytesPerUnit = 3;

/**
 * Collects a body as UTF-8 in one buffer, which grows when it has to. Bytes that are written again and again, as names and labels
 * are, are best encoded once: copying them is cheaper than joining strings that are then encoded.
 */
export class ByteWriter {
  #buffer: Buffer;
  #used = 0;

  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafe(expectedBytes);
  }

  text(text: string): void {
    this.#reserve(text.length * bytesPerUnit);
    this.#used += this.#buffer.write(text, this.#used);
  }

  /** Text without any character beyond ASCII. For something as short as a number this is cheaper than a call into native code. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const buffer = this.#buffer;
    let at = this.#used;
    for (let index = 0; index < text.length; index += 1) buffer[at++] = text.charCodeAt(index);
    this.#used = at;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#used++] = byte;
  }

  /** What has been written so far. */
  get written(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}
