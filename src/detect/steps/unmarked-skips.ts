import type { Observation } from '../../runs/index.ts';
import { OwnLoss } from './own-loss.ts';
import type { Norm } from './unskipped-norms.ts';

/** Overflows that a scale of 2^16, with which torch.amp.GradScaler begins, can answer by halving itself before it is 1. */
const halvings = 16;
/** Norms in order after which that scale doubles again. */
const growthInterval = 2000;

/**
 * Gradient norms without those of steps that a loss scaler skipped, of which neither a mark nor a scale tells. It skips a step whose
 * gradients hold an infinity or a NaN, so the weights, and with them the next loss, are what they were; without a scaler such a step
 * makes them NaN. A norm that is not finite is therefore held back until the next loss, and counts where that is not finite or out of
 * line. How many can be skips is what a scale has to halve.
 *
 * `init_scale`, `backoff_factor` and `growth_interval` of torch.amp.GradScaler, https://docs.pytorch.org/docs/stable/amp.html.
 */
export class UnmarkedSkips {
  private readonly loss = new OwnLoss();
  /** The last step that told a loss. */
  private lossStep = -1;
  private held: Norm | null = null;
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
      if (!this.#isSkip(held)) counted.push(held);
    }
    for (const norm of norms) {
      if (Number.isFinite(norm.value)) this.#grow();
      else if (this.#mayBeSkip(observation)) {
        if (this.lossStep <= norm.step) {
          this.held = norm;
          continue;
        }
        if (this.#isSkip(norm)) continue;
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
    return true;
  }

  #grow(): void {
    this.finite += 1;
    if (this.finite % growthInterval === 0) this.left = Math.min(halvings, this.left + 1);
  }
}
