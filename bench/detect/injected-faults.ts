import { Random } from '../../src/learn/random.ts';
import type { Report } from '../../src/detect/index.ts';
import type { Row } from '../../src/replay/index.ts';
import { row, type BenchRow } from '../report.ts';
import { runJob, type Fault } from './job.ts';
import type { JudgedRun } from './runs.ts';
import { medianOf, share } from './intervals.ts';

const seeds = 20;
const length = 600;
/** A leak shows over hours. */
const leakSeconds = 8 * 3600;

interface Injected {
  readonly name: string;
  /** The kind that is right. */
  readonly kind: string;
  /** It is of one rank, which the finding has to name. */
  readonly ofRank: boolean;
  readonly make: (rank: number, size: number) => Fault;
  /** Least and most of its size. */
  readonly sizes: readonly [number, number];
  readonly seconds?: number;
}

const faults: readonly Injected[] = [
  { name: 'hang', kind: 'stall', ofRank: true, sizes: [1, 1], make: (rank) => ({ hangs: rank }) },
  {
    name: 'slow-down of all',
    kind: 'slow_down',
    ofRank: false,
    sizes: [1.3, 3],
    make: (_, by) => ({ work: () => by }),
  },
  {
    name: 'slow network',
    kind: 'slow_communication',
    ofRank: false,
    sizes: [3, 10],
    make: (_, by) => ({ transfer: () => by }),
  },
  {
    name: 'straggler',
    kind: 'straggler',
    ofRank: true,
    sizes: [1.3, 3],
    make: (slow, by) => ({ work: (rank) => (rank === slow ? by : 1) }),
  },
  {
    name: 'slow step',
    kind: 'step_outlier',
    ofRank: false,
    sizes: [3, 10],
    make: (_, by) => ({ work: (_rank, at) => (at === 0 ? by : 1) }),
  },
  {
    name: 'leak',
    kind: 'memory_leak',
    ofRank: true,
    sizes: [2e6, 2e7],
    seconds: leakSeconds,
    make: (leaking, bytes) => ({
      values: (values, rank, at) =>
        rank === leaking
          ? { ...values, process_memory_bytes: (values.process_memory_bytes ?? 0) + bytes * at }
          : values,
    }),
  },
  {
    name: 'loss spike',
    kind: 'loss_spike',
    ofRank: false,
    sizes: [1.5, 4],
    make: (_, by) => ({
      values: (values, _rank, at) => (at < 3 ? { ...values, loss: (values.loss ?? 0) * by } : values),
    }),
  },
  {
    name: 'gradient explosion',
    kind: 'gradient_explosion',
    ofRank: false,
    sizes: [3, 30],
    make: (_, by) => ({
      values: (values, _rank, at) => ({
        ...values,
        gradient_norm: (values.gradient_norm ?? 0) * by ** Math.min(at + 1, 6),
      }),
    }),
  },
  {
    name: 'NaN',
    kind: 'non_finite',
    ofRank: true,
    sizes: [1, 1],
    make: (sick) => ({ values: (values, rank, at) => (rank === sick && at < 2 ? { ...values, loss: NaN } : values) }),
  },
  {
    name: 'desynchronised replica',
    kind: 'desynchronised',
    ofRank: true,
    sizes: [1.02, 2],
    make: (sick, by) => ({
      values: (values, rank) =>
        rank === sick ? { ...values, parameter_norm: (values.parameter_norm ?? 0) * by } : values,
    }),
  },
];

/** Faults at random in jobs that are made of healthy recorded runs, and the same jobs without one. */
export class InjectedFaults {
  readonly #recordings: (readonly Row[])[] = [];

  take({ label, rows }: JudgedRun): void {
    if (label.class !== 'healthy') return;
    const timed = rows.filter(({ values }) => (values.step_seconds ?? 0) > 0);
    if (timed.length >= length / 3) this.#recordings.push(timed);
  }

  rows(): BenchRow[] {
    if (this.#recordings.length === 0) return [];
    return [...faults.flatMap((fault, at) => this.#score(fault, at)), ...this.#healthy()];
  }

  #score({ name, kind, ofRank, make, sizes, seconds = 0 }: Injected, at: number): BenchRow[] {
    let [found, right] = [0, 0];
    const others: string[] = [];
    const delays: number[] = [];
    for (let seed = 0; seed < seeds; seed += 1) {
      const random = new Random(1000 * (at + 1) + seed);
      const rows = this.#excerpt(random, seconds);
      const ranks = 3 + random.integer(6);
      const rank = random.integer(ranks);
      const size = sizes[0] * (sizes[1] / sizes[0]) ** random.uniform();
      const onset = Math.floor(rows.length * (0.4 + 0.3 * random.uniform()));
      const { findings, evidence } = runJob({ rows, ranks, seed, onset, fault: make(rank, size) });
      // A rank that hangs takes no step at the onset; the others do.
      const own = evidence.filter((each) => each.detector.kind === kind && stepOf(each) >= onset - 1);
      others.push(
        ...findings
          .filter((each) => each.kind !== kind && each.severity !== 'info' && each.consequenceOf === null)
          .map((each) => each.kind),
      );
      const [first] = own;
      if (first === undefined) continue;
      found += 1;
      delays.push(Math.max(1, stepOf(first) - onset + 1));
      if (first.rank === rank) right += 1;
    }
    const [hits, named] = [share(found, seeds), share(right, seeds)];
    const delay = medianOf(delays);
    const rule = `${name}, as ${kind}`;
    return [
      row(`injected faults, found: ${rule}`, hits.value, `share of jobs (${hits.text})`, 'higher', 1),
      ...(ofRank
        ? [row(`injected faults, right rank named: ${rule}`, named.value, `share of jobs (${named.text})`, 'higher', 1)]
        : []),
      row(`injected faults, delay: ${rule}`, delay.value, `steps (median; ${delay.text})`, 'lower'),
      row(
        `injected faults, other warnings: ${rule}`,
        others.length,
        `findings (in ${seeds} jobs${listed(others)})`,
        'lower',
      ),
    ];
  }

  #healthy(): BenchRow[] {
    const kinds: string[] = [];
    const jobs = 5 * seeds;
    let disturbed = 0;
    for (let seed = 0; seed < jobs; seed += 1) {
      const random = new Random(seed);
      const rows = this.#excerpt(random, 0);
      const { findings } = runJob({ rows, ranks: 2 + random.integer(7), seed, onset: rows.length, fault: {} });
      const warnings = findings.filter(({ severity }) => severity !== 'info');
      kinds.push(...warnings.map(({ kind }) => kind));
      if (warnings.length > 0) disturbed += 1;
    }
    const wrong = share(disturbed, jobs);
    return [
      row(
        'injected faults, other warnings: no fault',
        (10 * kinds.length) / jobs,
        `per 10 jobs (jobs with any: ${wrong.text}${listed(kinds)})`,
        'lower',
        1,
      ),
    ];
  }

  /**
   * The first rows of one of the recordings, with at least so many seconds. Not rows from its middle: a job whose loss hardly falls from its
   * first step on is not healthy.
   */
  #excerpt(random: Random, seconds: number): readonly Row[] {
    // Over hours, but not in a few steps.
    const usable = seconds === 0 ? this.#recordings : this.#recordings.filter((rows) => rows.length >= length);
    const recording = usable[random.integer(usable.length)] ?? [];
    const count = Math.min(recording.length, length);
    const rows = recording.slice(0, count);
    const lasts = rows.reduce((sum, { values }) => sum + (values.step_seconds ?? 0), 0);
    // A job of the same course with longer steps.
    const longer = Math.max(1, seconds / lasts);
    return longer === 1
      ? rows
      : rows.map((each) => ({
          ...each,
          values: { ...each.values, step_seconds: longer * (each.values.step_seconds ?? 0) },
        }));
  }
}

function stepOf({ verdict }: Report): number {
  return verdict.step ?? 0;
}

/** ": slow_down 3, stall 1" */
function listed(kinds: readonly string[]): string {
  if (kinds.length === 0) return '';
  const counts = [...new Set(kinds)].map((kind) => `${kind} ${kinds.filter((each) => each === kind).length}`);
  return `: ${counts.join(', ')}`;
}
