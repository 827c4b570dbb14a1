import type { readingMetrics } from '../../collect/index.ts';
import type { RunProgress } from '../../runs/index.ts';
import type { SeriesTable } from '../../series/index.ts';
import type { DetectorOptions } from '../detector.ts';
import { Machine } from './machine.ts';
import type { AnyMachineDetector, CollectorName, MachineVerdict } from './machine-detector.ts';
import { card, SampleReader, type SampleIndex } from './samples.ts';

/** Seconds between two looks at the machine. */
const beatSeconds = 5;
const readAt: (typeof readingMetrics)['lastSuccess']['name'] =
  'gradwatch_exporter_collector_last_success_timestamp_seconds';

/** A detector with its options, which may be replaced while it runs. */
export interface MachineStation {
  readonly detector: AnyMachineDetector;
  options: DetectorOptions;
}

interface Post {
  readonly station: MachineStation;
  readonly state: object;
  /** When its collectors had read last as it was asked last. */
  asked: string;
}

/** Takes what a detector says. */
export type MachineSink = (detector: AnyMachineDetector, judge: () => readonly MachineVerdict[]) => void;

/** Feeds the detectors of the machine with what its collectors have put into the table, where that is new. */
export class MachineWatch {
  readonly #posts: readonly Post[];
  readonly #reader: SampleReader;
  readonly #tell: MachineSink;
  #lookedAt = -Infinity;

  constructor(stations: readonly MachineStation[], tell: MachineSink) {
    this.#posts = stations.map((station) => ({
      station,
      state: station.detector.start(station.options),
      asked: '',
    }));
    this.#reader = new SampleReader(
      new Set([readAt, ...Object.values(card), ...stations.flatMap(({ detector }) => detector.reads)]),
    );
    this.#tell = tell;
  }

  /**
   * To be called every second or so; looks when it is time.
   * @param time Unix seconds
   * @param runs what runs on the machine
   */
  sample(table: SeriesTable, time: number, runs: readonly RunProgress[]): void {
    if (this.#posts.length === 0 || time - this.#lookedAt < beatSeconds) return;
    this.#lookedAt = time;
    const samples = this.#reader.read(table);
    const machine = new Machine(time, samples, runs);
    for (const post of this.#posts) {
      const { detector, options } = post.station;
      const read = readingsOf(samples, detector.collectors);
      if (read === post.asked) continue;
      post.asked = read;
      this.#tell(detector, () => detector.observe(post.state, machine, options));
    }
  }
}

/** When these collectors have read last; empty when none of them ever has. */
function readingsOf(samples: SampleIndex, collectors: readonly CollectorName[]): string {
  return samples
    .of(readAt)
    .filter(({ labels }) => collectors.some((name) => name === labels.get('collector')))
    .map(({ value }) => value)
    .join();
}
