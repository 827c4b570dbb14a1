import type { AnyStepDetector, DetectorOptions, Verdict } from '../../src/detect/detector.ts';
import type { AnyGroupDetector } from '../../src/detect/group.ts';
import type { Observation, StepValues } from '../../src/runs/index.ts';
import { optionsOf } from './detector-options.ts';

/** An observation of rank 2 with the given values, all fresh and nothing else known. */
export function observation(step: number, values: StepValues, more: Partial<Observation> = {}): Observation {
  return {
    run: 'r',
    rank: 2,
    attempt: 0,
    step,
    time: 1_700_000_000 + step,
    fresh: values,
    known: values,
    skipped: false,
    wentBack: false,
    ...more,
  };
}

/** A detector at its defaults, or with options as flags, fed step after step. */
export class Feed {
  readonly #detector: AnyStepDetector;
  readonly #options: DetectorOptions;
  readonly #state: unknown;
  #next = 0;
  /** What the detector set last, by name and the values of its own labels. */
  readonly outputs = new Map<string, number | undefined>();

  constructor(detector: AnyStepDetector, flags: Readonly<Record<string, string>> = {}) {
    this.#options = optionsOf(detector, flags);
    this.#detector = detector;
    this.#state = detector.start(this.#options);
  }

  /** The verdict on the next step, or on the one that `more` names. */
  take(values: StepValues, more: Partial<Observation> = {}): Verdict {
    const taken = observation(more.step ?? this.#next, values, more);
    this.#next = taken.step + 1;
    return this.#detector.observe(this.#state, taken, this.#options, (name, value, labels = {}) => {
      this.outputs.set([name, ...Object.values(labels)].join(' '), value);
    });
  }

  /** `status severity` of the verdicts on many steps, without the quiet ones, each with its step. */
  say(many: Iterable<StepValues>): string[] {
    const said: string[] = [];
    for (const values of many) {
      const step = this.#next;
      const verdict = this.take(values);
      if (verdict.status === 'evidence') said.push(`${verdict.severity} ${step}`);
      if (verdict.status === 'recovered') said.push(`recovered ${step}`);
    }
    return said;
  }
}

/** Normal random numbers, the same for the same seed: mulberry32 through Box–Muller. */
export function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** One value for each of `count` steps. */
export function steps<Value>(count: number, of: (at: number) => Value): Value[] {
  return Array.from({ length: count }, (_, at) => of(at));
}

/** A detector over ranks at its defaults, fed with what all ranks tell of step after step. */
export class GroupFeed {
  readonly #detector: AnyGroupDetector;
  readonly #options: DetectorOptions;
  readonly #state: unknown;
  readonly #ranks: number;
  #next = 0;

  constructor(detector: AnyGroupDetector, ranks: number) {
    this.#options = optionsOf(detector);
    this.#detector = detector;
    this.#state = detector.start(this.#options);
    this.#ranks = ranks;
  }

  /** What is said of so many further steps, of all ranks or the first of them, each verdict with the step that brought it. */
  run(
    count: number,
    valuesOf: (rank: number, step: number) => StepValues,
    more: Partial<Observation> = {},
    ranks = this.#ranks,
  ): { readonly step: number; readonly rank: number; readonly verdict: Verdict }[] {
    const first = this.#next;
    this.#next += count;
    return steps(count, (at) => first + at).flatMap((step) =>
      steps(ranks, (rank) => rank).flatMap((rank) =>
        this.#detector
          .observe(this.#state, observation(step, valuesOf(rank, step), { ...more, rank }), this.#options)
          .map((said) => ({ step, ...said })),
      ),
    );
  }

  forget(rank: number): void {
    this.#detector.forget(this.#state, rank);
  }
}
