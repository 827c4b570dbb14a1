import type { Clock } from './clock.ts';
import type { WireStep } from './wire-step.ts';
import { Urgency } from './urgency.ts';

/** Waking a thread costs some 200 µs of processor time, ten times what a step costs otherwise: on average four times a second at most. */
const refillMs = 250;
/** So many in a row go at once: the parts of a step that comes after a pause. */
const burst = 4;

/**
 * Hands steps to the sending thread in groups. What is urgent goes at once. The timer needs an event loop that turns; where none does,
 * the next step takes along what waits.
 */
export class StepHandover {
  readonly #clock: Clock;
  readonly #post: (steps: readonly WireStep[], urgent: boolean) => void;
  readonly #urgency = new Urgency();
  #waiting: WireStep[] = [];
  #wakeups = burst;
  #countedAt: number;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, post: (steps: readonly WireStep[], urgent: boolean) => void) {
    this.#clock = clock;
    this.#post = post;
    this.#countedAt = clock.now();
  }

  add(step: WireStep): void {
    this.#waiting.push(step);
    const now = this.#clock.now();
    this.#wakeups = Math.min(burst, this.#wakeups + (now - this.#countedAt) / refillMs);
    this.#countedAt = now;
    if (this.#urgency.isUrgent(step)) this.flush(true);
    else if (this.#wakeups >= 1) this.flush();
    else {
      this.#cancelTimer ??= this.#clock.after(refillMs, () => {
        this.flush();
      });
    }
  }

  /** Hands over what waits, now. */
  flush(urgent = false): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#waiting.length === 0) return;
    this.#wakeups = Math.max(0, this.#wakeups - 1);
    const steps = this.#waiting;
    this.#waiting = [];
    this.#post(steps, urgent);
  }
}
