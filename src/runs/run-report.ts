import { fieldNames, type Field } from './fields.ts';
import type { Parallel, Role } from './hello.ts';
import type { RankState } from './observation.ts';
import type { Rank } from './rank.ts';
import type { Run } from './run.ts';

/** A run as the API tells it. Times are Unix seconds. */
export interface RunReport {
  readonly run: string;
  readonly state: RankState;
  readonly framework: string | null;
  readonly model: string | null;
  readonly worldSize: number;
  readonly job: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly startedAt: number;
  /** Null while a rank of it is alive on this node. */
  readonly endedAt: number | null;
  readonly ranks: readonly RankReport[];
}

export interface RankReport {
  readonly rank: number;
  readonly state: RankState;
  readonly attempt: number;
  readonly localRank: number | null;
  readonly node: string | null;
  /** As its worker named it, else as its process was found on it. */
  readonly gpuUuid: string | null;
  readonly role: Role;
  readonly parallel: Parallel;
  readonly endedAt: number | null;
  /** The step that its series show, null before the first. */
  readonly step: number | null;
  readonly stepTime: number | null;
  /** The values of that step, and the last epoch and validation loss. */
  readonly values: Readonly<Partial<Record<Field, number>>>;
}

export function reportRun(run: Run): RunReport {
  return {
    run: run.name,
    state: run.state,
    ...run.facts,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    ranks: [...run.ranks.values()].sort((one, other) => one.hello.rank - other.hello.rank).map(reportRank),
  };
}

function reportRank(rank: Rank): RankReport {
  const values: Partial<Record<Field, number>> = {};
  for (const name of fieldNames) {
    const value = rank.shown(name);
    if (value !== undefined) values[name] = value;
  }
  return {
    rank: rank.hello.rank,
    state: rank.state,
    attempt: rank.hello.attempt,
    localRank: rank.hello.localRank,
    node: rank.hello.node,
    gpuUuid: rank.gpuUuid,
    role: rank.hello.role,
    parallel: rank.hello.parallel,
    endedAt: rank.endedAt,
    step: rank.shown('step') ?? null,
    stepTime: rank.shown('lastStepTimestamp') ?? null,
    values,
  };
}
