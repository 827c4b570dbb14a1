import type { Finding } from './finding.ts';
import { plainText } from './plain-text.ts';
import { Reactions } from './reactions.ts';
import type { Warnings } from './warnings.ts';

/** What the script does about findings: its own function, reactions by rule, or nothing. */
export type FindingHandler = ((finding: Finding) => void) | Reactions | undefined;

/** Hands findings to the script. Nothing that it does about them throws into training. */
export class FindingDesk {
  readonly #handler: FindingHandler;
  readonly #say: (text: string) => void;
  readonly #warnings: Warnings;

  /** @param say tells a person each time, `warnings` once */
  constructor(handler: FindingHandler, say: (text: string) => void, warnings: Warnings) {
    this.#handler = handler;
    this.#say = say;
    this.#warnings = warnings;
  }

  /** When the event loop turns. */
  hear(finding: Finding): void {
    if (this.#handler instanceof Reactions) this.#handler.hear(finding, this.#say);
    else void this.#tell(finding, this.#handler);
  }

  /** Between two steps. */
  act(): void {
    if (this.#handler instanceof Reactions) this.#handler.act(this.#say);
  }

  async #tell(finding: Finding, handler: ((finding: Finding) => unknown) | undefined): Promise<void> {
    try {
      // An asynchronous function fits as well, and a rejection that nobody takes ends the process.
      await handler?.(finding);
    } catch (error) {
      this.#warnings.warn('onFinding', `onFinding threw: ${plainText(error)}`);
    }
  }
}
