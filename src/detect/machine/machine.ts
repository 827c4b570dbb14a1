import type { RankProgress, RunProgress } from '../../runs/index.ts';
import type { LabelsOf, ReadableName } from './readable.ts';
import { card as cardNames, SampleIndex, type Sample } from './samples.ts';

/** A rank that is alive, with the run that it belongs to. */
export interface LiveRank {
  readonly run: string;
  readonly rank: number;
}

/** All that was read of a machine, as its series have it at one moment, and the runs on it. */
export class Machine<Name extends ReadableName = ReadableName> {
  /** Unix seconds. */
  readonly time: number;
  readonly runs: readonly RunProgress[];
  readonly #samples: SampleIndex;
  readonly #cards: readonly Card<Name>[];

  constructor(time: number, samples: SampleIndex, runs: readonly RunProgress[]) {
    this.time = time;
    this.runs = runs;
    this.#samples = samples;
    const ranksOf = new Map<string, LiveRank[]>();
    for (const { run, ranks } of runs) {
      for (const { rank, uuid } of ranks) {
        if (uuid !== null) ranksOf.set(uuid, [...(ranksOf.get(uuid) ?? []), { run, rank }]);
      }
    }
    this.#cards = samples.of(cardNames.state).map(({ labels }) => {
      const [uuid, gpu] = [labels.get('uuid') ?? '', labels.get('gpu') ?? ''];
      return new Card(uuid, gpu, ranksOf.get(uuid) ?? [], samples);
    });
  }

  /** The GPUs that were ever seen, those that are lost among them. */
  get cards(): readonly Card<Name>[] {
    return this.#cards;
  }

  /** The first series with these labels; null where there is none. */
  read<One extends Name>(name: One, labels?: LabelsOf<One>): number | null {
    return first(this.#samples.of(name), labels);
  }

  all(name: Name): readonly Sample[] {
    return this.#samples.of(name);
  }

  /** All ranks on this node of the runs for which it works. */
  ranksBeside(card: Card): readonly RankProgress[] {
    return this.runs.flatMap(({ run, ranks }) => (card.ranks.some((own) => own.run === run) ? ranks : []));
  }

  /** The cards of the same model that work for a run for which this one works too. */
  peersOf(card: Card): readonly Card<Name>[] {
    const runs = new Set(card.ranks.map(({ run }) => run));
    return this.#cards.filter(
      (other) => other.key !== card.key && other.model === card.model && other.ranks.some(({ run }) => runs.has(run)),
    );
  }
}

/** One GPU at a moment. */
export class Card<Name extends ReadableName = ReadableName> {
  /** Empty as long as the card has not told it. */
  readonly uuid: string;
  /** The index at which it was first seen, or its address. */
  readonly gpu: string;
  /** The ranks that are alive and compute on it, as their workers tell. */
  readonly ranks: readonly LiveRank[];
  readonly #samples: SampleIndex;

  constructor(uuid: string, gpu: string, ranks: readonly LiveRank[], samples: SampleIndex) {
    this.uuid = uuid;
    this.gpu = gpu;
    this.ranks = ranks;
    this.#samples = samples;
  }

  /** What tells it from the others. */
  get key(): string {
    return this.uuid === '' ? this.gpu : this.uuid;
  }

  /** Within a sentence. */
  get name(): string {
    return `GPU ${this.gpu}`;
  }

  get model(): string {
    return this.#samples.ofCard(cardNames.info, this.key)[0]?.labels.get('name') ?? '';
  }

  read<One extends Name>(name: One, labels?: LabelsOf<One>): number | null {
    return first(this.#samples.ofCard(name, this.key), labels);
  }

  /** The state that holds, of a metric of states. */
  state(name: Extract<Name, `${string}_state`>): string | null {
    return this.#samples.ofCard(name, this.key)[0]?.labels.get('state') ?? null;
  }

  all(name: Name): readonly Sample[] {
    return this.#samples.ofCard(name, this.key);
  }
}

function first(samples: readonly Sample[], labels: Readonly<Record<string, string | undefined>> = {}): number | null {
  const wanted = Object.entries(labels);
  return samples.find((sample) => wanted.every(([label, value]) => sample.labels.get(label) === value))?.value ?? null;
}
