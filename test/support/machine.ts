import type { DetectorOptions } from '../../src/detect/detector.ts';
import type { AnyMachineDetector } from '../../src/detect/machine/index.ts';
import { Machine } from '../../src/detect/machine/machine.ts';
import { SampleIndex, type Sample } from '../../src/detect/machine/samples.ts';
import type { RankProgress, RunProgress } from '../../src/runs/index.ts';
import { readLabelBlock } from '../../src/series/index.ts';
import { optionsOf } from './detector-options.ts';

/** By metric, with labels beyond those of the card where it has some: `name` or `name{label="value"}`. Of states the one that holds. */
export type Readings = Readonly<Record<string, number | string>>;

/** A GPU of the machine that is played: number 3 has the uuid GPU-3. */
export interface PlayedCard {
  readonly readings?: Readings;
  /** The rank of run `r` that computes on it; null: none. By default its number. */
  readonly rank?: number | null;
  readonly model?: string;
  /** How its rank gets on; by default it takes a step a second. */
  readonly progress?: Partial<RankProgress>;
}

const beatSeconds = 5;

/** A detector of the machine at its defaults, or with options as flags, fed look after look. */
export class MachineFeed {
  readonly #detector: AnyMachineDetector;
  readonly #options: DetectorOptions;
  readonly #state: object;
  time = 1_700_000_000;

  constructor(detector: AnyMachineDetector, flags: Readonly<Record<string, string>> = {}) {
    this.#options = optionsOf(detector, flags);
    this.#detector = detector;
    this.#state = detector.start(this.#options);
  }

  /** What is said of a look, without what is quiet: whom it is about, and the verdict. */
  look(cards: readonly PlayedCard[], node: Readings = {}) {
    const machine = played(this.time, cards, node);
    this.time += beatSeconds;
    return this.#detector
      .observe(this.#state, machine, this.#options)
      .flatMap(({ run, uuid, verdict }) =>
        verdict.status === 'quiet' ? [] : [{ about: run ?? uuid ?? 'node', ...verdict }],
      );
  }

  /** Looks for so many seconds, and gives what is news: a change of what is said of somebody, as `who severity` or `who recovered`. */
  pass(
    seconds: number,
    cards: (second: number) => readonly PlayedCard[],
    node?: (second: number) => Readings,
  ): string[] {
    const said = new Map<string, string>();
    const news: string[] = [];
    for (let second = 0; second < seconds; second += beatSeconds) {
      for (const { about, ...verdict } of this.look(cards(second), node?.(second))) {
        const says = verdict.status === 'evidence' ? verdict.severity : verdict.status;
        if (said.get(about) !== says && (says !== 'recovered' || said.has(about)))
          news.push(`${about} ${says} ${second}`);
        said.set(about, says);
      }
    }
    return news;
  }
}

/** So many cards that all read the same. */
export function cards(
  count: number,
  readings: Readings,
  more: Readonly<Record<number, PlayedCard>> = {},
): PlayedCard[] {
  return Array.from({ length: count }, (_, at) => ({ ...more[at], readings: { ...readings, ...more[at]?.readings } }));
}

function played(time: number, all: readonly PlayedCard[], node: Readings): Machine {
  const byName = new Map<string, Sample[]>();
  const put = (key: string, labels: Readonly<Record<string, string>>, value: number | string): void => {
    const [, name = key, block = ''] = /^(\w+)\{(.*)\}$/.exec(key) ?? [];
    const state = typeof value === 'string' ? { state: value } : {};
    const sample = {
      labels: new Map([...Object.entries({ ...labels, ...state }), ...readLabelBlock(block)]),
      value: typeof value === 'string' ? 1 : value,
    };
    byName.set(name, [...(byName.get(name) ?? []), sample]);
  };
  for (const [at, { readings = {}, model = 'H100' }] of all.entries()) {
    const labels = { uuid: `GPU-${at}`, gpu: String(at) };
    const whole: Readings = { gradwatch_gpu_state: 'ok', ...readings };
    put('gradwatch_gpu_info', { ...labels, name: model }, 1);
    for (const [key, value] of Object.entries(whole)) put(key, labels, value);
  }
  for (const [key, value] of Object.entries(node)) put(key, {}, value);
  return new Machine(time, new SampleIndex(byName), runsOn(all));
}

function runsOn(all: readonly PlayedCard[]): readonly RunProgress[] {
  const usual = { step: 10, steps: 11, idle: 0, usual: 1, phase: null };
  const ranks = all.flatMap(({ rank, progress }, at) =>
    rank === null ? [] : [{ ...usual, rank: rank ?? at, uuid: `GPU-${at}`, ...progress }],
  );
  return ranks.length === 0 ? [] : [{ run: 'r', ranks }];
}
