import * as valibot from 'valibot';
import {
  DetectionEngine,
  detectOptions,
  detectors,
  everyDetector,
  overheard,
  type Report,
} from '../../src/detect/index.ts';
import { Findings, findingsOptions, type Finding } from '../../src/findings/index.ts';
import { Random } from '../../src/learn/random.ts';
import type { Row } from '../../src/replay/index.ts';
import type { StepValues } from '../../src/runs/index.ts';
import { Progress } from '../../src/runs/progress.ts';
import { SeriesTable } from '../../src/series/index.ts';
import { nowhere } from '../../test/support/findings-house.ts';
import { defaultsOf } from './runs.ts';

const options = {
  detect: valibot.parse(
    detectOptions,
    Object.fromEntries(Object.keys(detectOptions.entries).map((kind) => [kind, {}])),
  ),
  findings: defaultsOf(findingsOptions),
};

/** What a fault changes; all of it is left as it was where a fault says nothing. `at` counts steps from its onset. */
export interface Fault {
  /** The time that a rank works, and that the transfer takes, as a factor. */
  readonly work?: (rank: number, at: number) => number;
  readonly transfer?: (at: number) => number;
  readonly values?: (values: StepValues, rank: number, at: number) => StepValues;
  /** The rank that takes no step any more, one before the others. */
  readonly hangs?: number;
}

export interface JobSetup {
  /** Steps of a recorded run, each with its time. */
  readonly rows: readonly Row[];
  readonly ranks: number;
  readonly seed: number;
  /** When the fault begins, as a number of rows. */
  readonly onset: number;
  readonly fault: Fault;
}

export interface JobOutcome {
  /** What was found, as it stood last. */
  readonly findings: readonly Finding[];
  /** Every piece of evidence, in order. */
  readonly evidence: readonly Report[];
}

/** How long is looked at a job that hangs, seconds. */
const watched = 900;

/**
 * A data-parallel job whose step times are those of a recorded run, and whose losses follow it without its own spikes. Every rank works for about the recorded time, some always a
 * little faster than others, waits for the slowest, and then for the transfer. All detectors judge all ranks as in the exporter, on the
 * clock of the job.
 */
export function runJob({ rows, ranks, seed, onset, fault }: JobSetup): JobOutcome {
  const random = new Random(seed);
  const spread = (sigma: number): number => Math.exp(sigma * random.normal());
  const paces = Array.from({ length: ranks }, () => spread(0.02));
  const progress = Array.from({ length: ranks }, () => new Progress(0));
  const told = new Map<string, Finding>();
  const evidence: Report[] = [];
  let now = 0;
  const table = new SeriesTable();
  const findings = new Findings({
    table,
    options: options.findings,
    detectors,
    whereabouts: nowhere,
    instance: 'j',
    now: () => now,
  });
  findings.subscribe(({ finding }) => {
    told.set(finding.id, finding);
  });
  const failed = (_: string, error: unknown): never => {
    throw error;
  };
  const engine = new DetectionEngine({
    table,
    sink: overheard(findings, (report) => {
      if (report.verdict.status === 'evidence') evidence.push(report);
    }),
    ...everyDetector,
    failed,
    options: options.detect,
  });
  const steps = Array.from({ length: ranks }, () => -1);
  const look = (): void => {
    engine.tick(now, [
      {
        run: 'job',
        ranks: progress.map((each, rank) => ({
          ...each.tell(rank, steps[rank] ?? null, now),
          uuid: null,
          phase: null,
        })),
      },
    ]);
    findings.tick();
  };

  const losses = courseOf(rows.map(({ values }) => values.loss));
  for (const [step, { values: recorded }] of rows.entries()) {
    const at = step - onset;
    const hit = at >= 0;
    if (hit && fault.hangs !== undefined && at > 0) break;
    const seconds = recorded.step_seconds ?? 1;
    const transfer = 0.1 * seconds * spread(0.05) * (hit ? (fault.transfer?.(at) ?? 1) : 1);
    const works = paces.map(
      (pace, rank) => 0.9 * seconds * pace * spread(0.01) * (hit ? (fault.work?.(rank, at) ?? 1) : 1),
    );
    const whole = Math.max(...works) + transfer;
    const [gradient, loss] = [spread(0.2), losses[step] ?? 2 + 5 / (1 + step / 100)];
    now += whole;
    for (const [rank, work] of works.entries()) {
      if (fault.hangs === rank && hit) continue;
      const healthy: StepValues = {
        step_seconds: whole,
        collective_wait_seconds: whole - work,
        loss: loss * spread(0.01),
        gradient_norm: gradient,
        parameter_norm: 100 + 0.01 * step,
        learning_rate: 1e-3,
        tokens: 8192,
        process_memory_bytes: 4e9 * spread(0.002),
      };
      const values = hit ? (fault.values?.(healthy, rank, at) ?? healthy) : healthy;
      progress[rank]?.took(now, now);
      steps[rank] = step;
      const about = { run: 'job', rank, attempt: 0, step, time: now, skipped: false, wentBack: false };
      engine.observation({ ...about, fresh: values, known: values });
    }
    look();
  }
  if (fault.hangs !== undefined)
    for (let second = 0; second < watched; second += 1) {
      now += 1;
      look();
    }
  return { findings: [...told.values()], evidence };
}

/** Medians of 15 values around each; undefined where the recording has none. */
function courseOf(values: readonly (number | undefined)[]): (number | undefined)[] {
  return values.map((_, at) => {
    const near = values.slice(Math.max(0, at - 7), at + 8).filter((value) => value !== undefined);
    return near.toSorted((one, other) => one - other)[near.length >> 1];
  });
}
