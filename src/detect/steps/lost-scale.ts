import type { Observation } from '../../runs/index.ts';
import type { Severity } from '../detector.ts';

/**
 * Steps skipped in a row that may be a search for a loss scale. Of the usual ones that of Megatron-LM takes the longest: it begins at
 * 2^32 (`initial_loss_scale`) and waits for two overflows before it halves first (`hysteresis`), so 33 bring it to 1.
 */
export const longestSearch = 33;

/** So many skipped steps within so many that leave a scale below 1 are no accident: few gradients are so large that they need one. */
const [fewestBelow, within] = [3, 20];

/** How many steps the loss scaler skipped in a row, and whether that is no search for a scale any more. */
export class LostScale {
  private step = -1;
  private wasSkipped = false;
  private scale = Infinity;
  /** The last skipped steps that left a scale below 1. */
  private below: readonly number[] = [];
  inARow = 0;

  /** Takes what came of a step, which may come in parts. */
  take({ step, fresh, skipped, wentBack }: Observation): void {
    if (wentBack) [this.step, this.wasSkipped, this.inARow, this.scale, this.below] = [-1, false, 0, Infinity, []];
    if (step > this.step) {
      if (!this.wasSkipped) this.inARow = 0;
      [this.step, this.wasSkipped] = [step, false];
    }
    this.scale = fresh.loss_scale ?? this.scale;
    if (!skipped || this.wasSkipped || step < this.step) return;
    this.wasSkipped = true;
    this.inARow += 1;
    if (this.scale < 1) this.below = [...this.below, step].slice(-fewestBelow);
  }

  /** How bad it is that the last step was skipped, and why; null where that is in order. */
  get disorder(): { readonly severity: Severity; readonly reason: string } | null {
    if (this.inARow > longestSearch) {
      return { severity: 'critical', reason: `${this.inARow} in a row: a search for a scale is over by then` };
    }
    const first = this.below.length < fewestBelow ? -Infinity : (this.below[0] ?? NaN);
    if (this.scale >= 1 || this.step - first >= within) return null;
    return { severity: 'warning', reason: `the third within ${within} steps, and its scale is ${this.scale}` };
  }
}
