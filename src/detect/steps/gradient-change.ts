import type { Observation } from '../../runs/index.ts';

/** How r was computed: from the norm of the difference, or from the difference of the norms. */
export type ChangeMethod = 'exact' | 'surrogate';

export interface GradientChange {
  readonly ratio: number;
  readonly method: ChangeMethod;
  /** ‖g_{t−1}‖, finite and more than 0. */
  readonly previousNorm: number;
}

interface StepNorm {
  readonly step: number;
  readonly norm: number;
}

/**
 * The relative change of the gradient of one rank from step to step, r = ‖g_t − g_{t−1}‖ / ‖g_{t−1}‖.
 *
 * Exact where the worker reports ‖g_t − g_{t−1}‖ and the norm of the step right before. Else the surrogate
 * |‖g_t‖ − ‖g_{t−1}‖| / ‖g_{t−1}‖ between two reports in a row, which by the triangle inequality is never more than the exact r: a
 * surrogate above a limit proves that r is above it.
 *
 * A predecessor that is zero or not finite has no r. A g_t that is not finite gives r = ∞ or NaN. Steps that the loss scaler
 * skipped are left out, and after a return to a checkpoint the first norm has no predecessor.
 */
export class GradientChanges {
  private last: StepNorm | null = null;
  private beforeLast: StepNorm | null = null;
  /** Norms since the last norm of a difference. A worker that reports differences is waited for, also when they come late. */
  private sinceExact = Infinity;

  observe({ step, fresh, known, skipped, wentBack }: Observation): GradientChange | null {
    if (wentBack) this.last = this.beforeLast = null;
    if (skipped) return null;
    const { gradient_norm: norm, gradient_change_norm: change } = fresh;
    if (norm !== undefined) {
      this.beforeLast = this.last;
      this.last = { step, norm };
      this.sinceExact += 1;
    }
    if (change !== undefined) {
      this.sinceExact = 0;
      const previous = [this.last, this.beforeLast].find((entry) => entry?.step === step - 1);
      return relative(change, previous?.norm, 'exact');
    }
    if (norm === undefined || known.gradient_change_norm !== undefined || this.sinceExact < 2) return null;
    const previousNorm = this.beforeLast?.norm;
    return previousNorm === undefined ? null : relative(Math.abs(norm - previousNorm), previousNorm, 'surrogate');
  }
}

function relative(change: number, previousNorm: number | undefined, method: ChangeMethod): GradientChange | null {
  if (previousNorm === undefined || !Number.isFinite(previousNorm) || previousNorm === 0) return null;
  return { ratio: change / previousNorm, method, previousNorm };
}

/** The label `method`, one object each, so that the owner of the series sees at a glance that it did not change. */
export const methodLabels: Readonly<Record<ChangeMethod, Readonly<Record<'method', ChangeMethod>>>> = {
  exact: { method: 'exact' },
  surrogate: { method: 'surrogate' },
};
