import type { Logger } from '../collect/index.ts';
import { chooseFields } from './fields.ts';
import { offeredFields } from './help-text.ts';

/** The fields to ask for: what this driver offers of what we want. */
export class FieldChoice {
  readonly #wanted: { readonly details: boolean };
  readonly #logger: Logger;
  #asked: readonly string[] = [];
  /** Of what we want, how much the driver does not offer; and how little that ever was: it may offer it again. */
  #lacking = 0;
  #leastLacking = Infinity;
  /** The fields, as the log has them. */
  #told = '';

  constructor(wanted: { readonly details: boolean }, logger: Logger) {
    this.#wanted = wanted;
    this.#logger = logger;
  }

  /** Empty before they are found out. */
  get asked(): readonly string[] {
    return this.#asked;
  }

  /** Whether the driver offered more before. */
  get lacksOne(): boolean {
    return this.#lacking > this.#leastLacking;
  }

  /** @param helpText what `--help-query-gpu` printed. @returns false when it offers nothing of what we want */
  choose(helpText: string): boolean {
    const { asked, dropped } = chooseFields(offeredFields(helpText), this.#wanted);
    if (asked.length === 0) return false;
    if (this.#told !== asked.join()) this.#logger.info({ asked, dropped }, 'chose the fields of nvidia-smi to ask for');
    this.#told = asked.join();
    this.#asked = asked;
    this.#lacking = dropped.length;
    this.#leastLacking = Math.min(this.#leastLacking, dropped.length);
    return true;
  }

  /** They are to be found out again. */
  forget(): void {
    this.#asked = [];
  }
}
