import {
  fields,
  namedStepMetrics,
  type Field,
  type Observation,
  type RunProgress,
  type StepDetails,
} from '../runs/index.ts';
import { readLabelBlock, type GroupSnapshot, type SeriesTable } from '../series/index.ts';
import type { Verdict } from './detector.ts';
import { RankCapacity } from './rank-capacity.ts';
import {
  seriesMeant,
  type AnyScalarDetector,
  type ScalarOptions,
  type ScalarPoint,
  type ScalarSource,
} from './scalar.ts';

/** Seconds between two looks at the series of the machine. */
const sampleSeconds = 15;
const usedSuffix = '_used_bytes';
const unknown = { bytes: null, pool: null } as const;
type NamedValues = keyof typeof namedStepMetrics;
const namedValues = Object.keys(namedStepMetrics) as NamedValues[];
/** Names of the metrics that are judged at every step, and not sampled. */
const ofSteps: ReadonlySet<string> = new Set(
  [...Object.values(fields), ...Object.values(namedStepMetrics)].map(({ name }) => name),
);

/** A detector with its options, which may be replaced while it runs. */
export interface ScalarStation {
  readonly detector: AnyScalarDetector;
  options: ScalarOptions;
}

/** A detector and which series it judges, for as long as it runs. */
interface Post {
  readonly station: ScalarStation;
  readonly judges: (name: string, metric?: string) => boolean;
}

interface Watched {
  readonly key: string;
  readonly source: ScalarSource;
  readonly watches: readonly { readonly station: ScalarStation; readonly state: unknown }[];
}

/** What is held of what one rank tells of its steps: no key is made for each value. */
interface OfSteps {
  readonly fields: Partial<Record<Field, Watched>>;
  /** By the names that the script gives. */
  readonly named: Partial<Record<NamedValues, Map<string, Watched>>>;
}

/** Takes what a detector says of a series, `series` being the key of the series. */
export type ScalarSink = (
  detector: AnyScalarDetector,
  source: ScalarSource,
  series: string,
  judge: () => Verdict,
) => void;

/**
 * Feeds detectors over single values: with what workers report at every step, and every 15 seconds with the other series of the
 * table, whoever fills them. Holds a state for each detector and series.
 */
export class ScalarWatch {
  readonly #posts: readonly Post[];
  readonly #tell: ScalarSink;
  /** Fields of steps that a detector judges, with the names of their metrics. */
  readonly #fields: readonly (readonly [Field, string])[];
  /** Of the series that are sampled, by their keys. */
  readonly #series = new Map<string, Watched>();
  /** Of what is told of steps, by run and rank. */
  readonly #steps = new Map<string, Map<number, OfSteps>>();
  readonly #capacity = new RankCapacity();
  #sampledAt = -Infinity;

  constructor(stations: readonly ScalarStation[], tell: ScalarSink) {
    this.#posts = stations.map((station) => ({ station, judges: seriesMeant(station.options.series) }));
    this.#tell = tell;
    this.#fields = (Object.keys(fields) as Field[])
      .map((field) => [field, fields[field].name] as const)
      .filter(([, name]) => this.#isJudged(name));
  }

  observation(observation: Observation): void {
    const { run, rank, step, time, fresh, details } = observation;
    const ofRank = this.#stepsOf(run, rank);
    for (const [field, name] of this.#fields) {
      const value = fresh[field];
      if (value === undefined) continue;
      const watched = (ofRank.fields[field] ??= this.#begin(JSON.stringify([name, run, rank]), {
        name,
        run,
        rank,
        uuid: null,
        owner: `rank ${rank}`,
      }));
      const { bytes: capacity, pool } = this.#capacity.of(name, run, rank, value) ?? unknown;
      this.#judge(watched, { time, value, step, capacity, pool });
    }
    if (details === undefined) return;
    for (const kind of namedValues) {
      const named = (ofRank.named[kind] ??= new Map<string, Watched>());
      this.#takeNamed(named, namedStepMetrics[kind].name, details[kind], observation);
    }
  }

  /** To be called every second or so; looks at the table when it is time, and where the ranks of runs are. Times are Unix seconds. */
  sample(table: SeriesTable, time: number, runs: readonly RunProgress[]): void {
    if (this.#posts.length === 0 || time - this.#sampledAt < sampleSeconds) return;
    this.#sampledAt = time;
    this.#capacity.read(table, runs);
    const wanted = (name: string) => this.#isJudged(name) && !ofSteps.has(name);
    for (const group of table.snapshot(({ name }) => wanted(name))) {
      for (const [column, { metric }] of group.columns.entries()) {
        if (!wanted(metric.name)) continue;
        const total = capacityColumn(group, metric.name);
        for (const [row, labels] of group.labels.entries()) {
          const value = valueAt(group, row, column);
          if (value === null) continue;
          const key = `${metric.name}{${labels}}`;
          let watched = this.#series.get(key);
          if (watched === undefined) this.#series.set(key, (watched = this.#begin(key, sourceOf(metric.name, labels))));
          this.#judge(watched, { time, value, step: null, capacity: valueAt(group, row, total) });
        }
      }
    }
  }

  /** Drops what is held of a run, or of one of its ranks. */
  forget(run: string, rank: number | null): void {
    for (const [key, { source }] of this.#series) {
      if (source.run === run && (rank === null || source.rank === rank)) this.#series.delete(key);
    }
    if (rank === null) this.#steps.delete(run);
    else this.#steps.get(run)?.delete(rank);
  }

  #isJudged(name: string): boolean {
    return this.#posts.some(({ judges }) => judges(name));
  }

  /** @param metric of the series, where its name is another one */
  #begin(key: string, source: ScalarSource, metric?: string): Watched {
    const watches = this.#posts
      .filter(({ judges }) => judges(source.name, metric))
      .map(({ station }) => ({ station, state: station.detector.start(station.options) }));
    return { key, source, watches };
  }

  /** What a script tells by names of its own; how many these may be the runs see to. */
  #takeNamed(
    named: Map<string, Watched>,
    metric: string,
    values: StepDetails[NamedValues],
    { run, rank, step, time }: Observation,
  ): void {
    for (const [name, value] of Object.entries(values)) {
      let watched = named.get(name);
      if (watched === undefined) {
        const source = { name, run, rank, uuid: null, owner: `rank ${rank}` };
        named.set(name, (watched = this.#begin(JSON.stringify([metric, run, rank, name]), source, metric)));
      }
      this.#judge(watched, { time, value, step, capacity: null });
    }
  }

  #stepsOf(run: string, rank: number): OfSteps {
    let ofRun = this.#steps.get(run);
    if (ofRun === undefined) this.#steps.set(run, (ofRun = new Map<number, OfSteps>()));
    let ofRank = ofRun.get(rank);
    if (ofRank === undefined) ofRun.set(rank, (ofRank = { fields: {}, named: {} }));
    return ofRank;
  }

  #judge({ key, source, watches }: Watched, point: ScalarPoint): void {
    for (const { station, state } of watches) {
      const { detector, options } = station;
      this.#tell(detector, source, key, () => detector.observe(state, point, source, options));
    }
  }
}

function valueAt({ columns, values, present }: GroupSnapshot, row: number, column: number): number | null {
  const at = row * columns.length + column;
  return column >= 0 && present[at] === 1 ? (values[at] ?? null) : null;
}

/** The column of what `…_used_bytes` is used of, `…_total_bytes`; -1 where there is none. */
function capacityColumn({ columns }: GroupSnapshot, name: string): number {
  if (!name.endsWith(usedSuffix)) return -1;
  const total = `${name.slice(0, -usedSuffix.length)}_total_bytes`;
  return columns.findIndex(({ metric }) => metric.name === total);
}

function sourceOf(name: string, block: string): ScalarSource {
  const labels = readLabelBlock(block);
  const [run, rank, uuid] = [labels.get('run') ?? null, labels.get('rank'), labels.get('uuid') ?? null];
  return { name, run, rank: rank === undefined ? null : Number(rank), uuid, owner: ownerOf(labels, block) };
}

/** Of which it is a value, within a sentence. */
function ownerOf(labels: ReadonlyMap<string, string>, block: string): string {
  const [rank, gpu, uuid] = [labels.get('rank'), labels.get('gpu'), labels.get('uuid')];
  if (rank !== undefined) return `rank ${rank}`;
  if (gpu !== undefined) return `GPU ${gpu}`;
  return uuid ?? (block === '' ? 'the node' : block);
}
