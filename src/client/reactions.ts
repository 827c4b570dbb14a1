import { plainText } from './plain-text.ts';
import type { Finding } from './finding.ts';

const reactions = ['log', 'checkpoint', 'skip', 'lowerLearningRate', 'stop'] as const;
export type Reaction = (typeof reactions)[number];

/** What a script does for a reaction. `log` needs nothing of it. */
export type ReactionFunctions = { readonly [Name in Exclude<Reaction, 'log'>]?: () => unknown };

/** Reactions that wait for the next `log`; of more the oldest are forgotten. */
const maxWaiting = 64;

/**
 * An `onFinding` that acts between two steps.
 *
 *     init({
 *       onFinding: new Reactions(
 *         { warning: 'log', gradient_explosion: ['checkpoint', 'stop'] },
 *         { checkpoint: () => model.save(folder), stop: () => { stopping = true; } },
 *       ),
 *     });
 *
 * Rules say by kind of finding, else by severity, else by `*`, what is done when one opens or worsens, in the order given. `log` is done
 * at once. Each of the others is a function of the script, called inside of `Run.log`. Training does not wait for the promise of one; the
 * next is called in the first `Run.log` after it. One that throws or rejects is told by `warn`, and training goes on.
 *
 * Ranks hear of a finding at different steps. What must happen on all of them in one step is to be agreed on first.
 */
export class Reactions {
  readonly #rules: ReadonlyMap<string, readonly Reaction[]>;
  readonly #functions: ReactionFunctions;
  #waiting: { readonly finding: Finding; readonly act: Exclude<Reaction, 'log'> }[] = [];
  /** What was begun last has given a promise that is open. */
  #busy = false;

  /** @throws TypeError for a reaction that is not known, or that no function is given for */
  constructor(rules: Readonly<Record<string, Reaction | readonly Reaction[]>>, functions: ReactionFunctions = {}) {
    this.#rules = new Map(
      Object.entries(rules).map(([about, wanted]) => [about, typeof wanted === 'string' ? [wanted] : [...wanted]]),
    );
    this.#functions = functions;
    for (const reaction of [...Object.keys(functions), ...[...this.#rules.values()].flat()]) {
      if (!reactions.some((known) => known === reaction)) {
        throw new TypeError(`${reaction} is no reaction to a finding; there are ${reactions.join(', ')}`);
      }
      if (reaction !== 'log' && typeof functions[reaction as keyof ReactionFunctions] !== 'function') {
        throw new TypeError(`the reaction ${reaction} needs a function: new Reactions(rules, { ${reaction}: … })`);
      }
    }
  }

  /** When the event loop turns. @param say tells a person */
  hear(finding: Finding, say: (text: string) => void): void {
    if (finding.change !== 'opened' && finding.change !== 'worsened') return;
    const about = [finding.kind, finding.severity, '*'].find((name) => this.#rules.has(name));
    for (const reaction of this.#rules.get(about ?? '') ?? []) {
      if (reaction !== 'log') this.#waiting = [...this.#waiting, { finding, act: reaction }].slice(-maxWaiting);
      else say(`${finding.kind} (${finding.severity}): ${[finding.cause, finding.advice].filter(Boolean).join(' ')}`);
    }
  }

  /** Between two steps: does what waits. */
  act(say: (text: string) => void): void {
    while (!this.#busy) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { finding, act } = next;
      say(`${act} because of ${finding.kind} ${finding.id}`);
      const fail = (error: unknown): void => {
        say(`${act} failed, training goes on: ${plainText(error)}`);
      };
      try {
        const done = this.#functions[act]?.();
        if (!(done instanceof Promise)) continue;
        this.#busy = true;
        void done.catch(fail).finally(() => {
          this.#busy = false;
        });
      } catch (error) {
        fail(error);
      }
    }
  }
}
