import type { Observation } from '../../runs/index.ts';
import { OwnLoss } from './own-loss.ts';
import type { Norm } from './unskipped-norms.ts';

/** Overflows that a scale of 2^16, with which torch.amp.GradScaler begins, can answer by halving itself before it is 1. */
const halvings = 16;
/** Norms in order after which that scale doubles again. */
const growthInterval = 2000;
/** First norms of a run, among which that scale comes down to one that fits. */
const early = 8;

/**
 * Gradient norms without those of steps that a loss scaler skipped, of which neither a mark nor a scale tells. It skips a step whose
 * gradients hold an infinity or a NaN, so the weights, and with them the next loss, are what they were; without a scaler such a step
 * makes them NaN. In a run that has a scaler a norm that is not finite is therefore held back until the next loss, and counts where that is
 * not finite or out of line. A run has one where the first norms are so, or where one was and did no harm; before that is known the norm
 * counts at once. How many can be skips is what a scale has to halve.
 *
 * `init_scale`, `backoff_factor` and `growth_interval` of torch.amp.GradScaler, https://docs.pytorch.org/docs/stable/amp.html.
 */
export class UnmarkedSkips {
  private readonly loss = new OwnLoss();
  /** The last step that told a loss. */
  private lossStep = -1;
  private held: Norm | null = null;
  /** The one that is held has counted already. */
  private isTold = false;
  private taken = 0;
  private hasScaler = false;
  /** The worker marks what is skipped, so what has no mark is not. */
  private marks = false;
  private left = halvings;
  private finite = 0;

  /** The norms that count as of now, in order, of those that came. */
  take(observation: Observation, norms: readonly Norm[]): readonly Norm[] {
    const { step, fresh, skipped, wentBack } = observation;
    if (skipped) this.marks = true;
    if (wentBack) {
      this.held = null;
      this.lossStep = -1;
    }
    this.loss.observe(observation);
    if (fresh.loss !== undefined) this.lossStep = Math.max(this.lossStep, step);
    const counted: Norm[] = [];
    const { held } = this;
    if (held !== null && (this.lossStep > held.step || norms.length > 0)) {
      this.held = null;
      if (!this.#isSkip(held) && !this.isTold) counted.push(held);
    }
    for (const norm of norms) {
      this.taken += 1;
      const isExpected = this.hasScaler || this.taken <= early;
      if (Number.isFinite(norm.value)) this.#grow();
      else if (this.#mayBeSkip(observation)) {
        const isOpen = this.lossStep <= norm.step;
        if (isOpen) [this.held, this.isTold] = [norm, !isExpected];
        if ((isOpen || this.#isSkip(norm)) && isExpected) continue;
      }
      counted.push(norm);
    }
    return counted;
  }

  /** Whether a norm that is not finite can be of a skipped step, before the next loss is known. */
  #mayBeSkip({ known }: Observation): boolean {
    // A scale that is told speaks for itself, and a loss of 0 beside such a norm was filtered out.
    if (this.marks || known.loss_scale !== undefined || known.loss === 0) return false;
    return this.left > 0 && this.lossStep >= 0 && this.loss.hasLeft !== true;
  }

  /** Whether the loss that followed says that a step was skipped. */
  #isSkip(norm: Norm): boolean {
    if (this.lossStep <= norm.step || this.loss.hasLeft === true) return false;
    this.left -= 1;
    this.hasScaler = true;
    return true;
  }

  #grow(): void {
    this.finite += 1;
    if (this.finite % growthInterval === 0) this.left = Math.min(halvings, this.left + 1);
  }
}
