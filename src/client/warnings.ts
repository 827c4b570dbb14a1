/** Different warnings of one run; a person reads no more, and memory stays bounded. */
const maxWarnings = 32;

/** Says each thing once, however often it happens. */
export class Warnings {
  readonly #say: (text: string) => void;
  readonly #said = new Set<string>();

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** @param topic what the warning is about; the first text on a topic is the only one */
  warn(topic: string, text: string): void {
    if (this.#said.has(topic) || this.#said.size >= maxWarnings) return;
    this.#said.add(topic);
    this.#say(text);
  }
}
