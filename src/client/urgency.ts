import type { WireStep } from './wire-step.ts';

/** A loss or gradient norm that is more than this many times the last one is told at once. */
const jumpFactor = 4;

/** Tells which reports cannot wait for the next batch: those that a detector may answer with a finding. */
export class Urgency {
  readonly #last = new Map<'loss' | 'gradient_norm', number>();

  isUrgent(step: WireStep): boolean {
    const jumped = [this.#jumps('loss', step.loss), this.#jumps('gradient_norm', step.gradient_norm)].includes(true);
    // A step that the loss scaler skipped has a gradient that is not finite; that is no alarm.
    return jumped || (step.skipped !== true && Object.values(step).some(isNotFinite));
  }

  #jumps(name: 'loss' | 'gradient_norm', value: number | undefined): boolean {
    if (value === undefined || !Number.isFinite(value)) return false;
    const last = this.#last.get(name);
    this.#last.set(name, value);
    return last !== undefined && value > jumpFactor * Math.abs(last);
  }
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}
