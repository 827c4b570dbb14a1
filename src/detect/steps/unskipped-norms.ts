import type { Observation } from '../../runs/index.ts';

export interface Norm {
  readonly step: number;
  readonly value: number;
}

/**
 * Gradient norms without those of steps that the loss scaler skipped, where its scale alone tells: it falls when gradients are not
 * finite, in the row of that step or, where a worker reads it before the scaler moves, in the next one. Until then such a norm is
 * held back. Below a scale of 1 nothing is left that a scaler could lower.
 *
 * Dynamic loss scaling: Micikevicius et al., "Mixed Precision Training", arXiv 1710.03740; torch.amp.GradScaler.
 */
export class UnskippedNorms {
  private scale = Infinity;
  /** The scale fell in its last report, and no norm has been explained by that. The first one told may have fallen before. */
  private fell = false;
  private held: Norm | null = null;

  /** The norms that count as of now, in order: mostly the one that came. None where the step is marked as skipped. */
  take({ step, fresh, known, skipped, wentBack }: Observation): readonly Norm[] {
    const { loss_scale: scale, gradient_norm: value } = fresh;
    if (wentBack) this.restart();
    if (scale !== undefined) {
      this.fell = scale < this.scale;
      this.scale = scale;
    }
    if (skipped) {
      this.fell = false;
      this.held = null;
      return [];
    }
    const norms: Norm[] = [];
    if (this.held !== null && (scale !== undefined || value !== undefined)) {
      if (!this.fell) norms.push(this.held);
      this.fell = false;
      this.held = null;
    }
    if (value === undefined) return norms;
    const norm = { step, value };
    // A loss that was filtered out is no matter of the scale.
    const isScaled = !Number.isFinite(value) && known.loss_scale !== undefined && known.loss !== 0;
    if (isScaled && this.fell) this.fell = false;
    else if (isScaled && this.scale > 1) this.held = norm;
    else norms.push(norm);
    return norms;
  }

  /** Nothing that came before says anything on what comes now. */
  private restart(): void {
    this.scale = Infinity;
    this.fell = false;
    this.held = null;
  }
}
