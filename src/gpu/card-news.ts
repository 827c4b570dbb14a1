import type { Logger } from '../collect/index.ts';
import type { Card } from './card.ts';

/** Tells the log of cards that are lost, and of those that are back: each once, and what happens to several at once in one line. */
export class CardNews {
  readonly #logger: Logger;
  /** Lost ones of which the log has told. */
  readonly #lost = new Set<Card>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Looks at the cards of the node after something was heard of them.
   * @param listed whether nvidia-smi lists any GPU
   */
  look(cards: ReadonlySet<Card>, listed: boolean): void {
    for (const card of this.#lost) if (!cards.has(card)) this.#lost.delete(card);
    const lost = [...cards].filter((card) => card.state === 'lost' && !this.#lost.has(card));
    const back = [...this.#lost].filter(({ state }) => state === 'ok');
    for (const card of lost) this.#lost.add(card);
    for (const card of back) this.#lost.delete(card);
    if (lost.length > 0)
      this.#logger.warn(
        namesOf(lost),
        listed ? 'GPUs are lost: the driver does not reach them' : 'GPUs are lost: nvidia-smi lists none any more',
      );
    if (back.length > 0) this.#logger.info(namesOf(back), 'GPUs are back');
  }
}

function namesOf(cards: readonly Card[]): { readonly gpus: readonly string[]; readonly uuids: readonly string[] } {
  return { gpus: cards.map(({ label }) => label), uuids: cards.map(({ uuid }) => uuid) };
}
