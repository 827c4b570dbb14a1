import type { Observation } from '../../runs/index.ts';
import { figure } from '../figure.ts';

/** A change by this factor, up or down, from one report to the next is a decision, not a schedule at work. */
const jumpFactor = 2;

export interface RateJump {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Watches the learning rate of one rank for jumps. */
export class LearningRate {
  private last: number | null = null;
  private jump: RateJump | null = null;

  /** Takes the learning rate of an observation and gives the jump, where it made one. */
  observe({ fresh, step, wentBack }: Observation): RateJump | null {
    if (wentBack) this.jump = null;
    const rate = fresh.learning_rate;
    if (rate === undefined || !(rate > 0)) return null;
    const last = this.last;
    this.last = rate;
    if (last === null || (rate < last * jumpFactor && rate * jumpFactor > last)) return null;
    this.jump = { from: last, to: rate, step };
    return this.jump;
  }

  /** A clause on a rise within the given number of steps before a step; empty where there was none. */
  riseBefore(step: number, within: number): string {
    const jump = this.jump;
    if (jump === null || jump.to < jump.from || jump.step > step || step - jump.step > within) return '';
    return `learning rate rose from ${figure(jump.from)} to ${figure(jump.to)} at step ${jump.step}`;
  }
}
