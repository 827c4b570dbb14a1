import type { RankHello } from './hello.ts';
import type { MigInstances } from './mig-instances.ts';
import type { Observation, RankState } from './observation.ts';
import type { RankReportsParts } from './rank-reports.ts';
import type { StepRecord } from './recent-steps.ts';
import type { Condition } from './standing.ts';

/** A rank as it stands now. */
export interface MovedRank {
  readonly hello: RankHello;
  readonly state: RankState;
  /** The step that it took last. */
  readonly newest: StepRecord | null;
}

/** What a rank needs of the run that it belongs to. */
export interface RankOwner {
  readonly condition: Condition;
  /** The MIG instances of the node. */
  readonly instances: Pick<MigInstances, 'gpuOf'>;
  /** Unix time in seconds. */
  now(): number;
  /** What its reports beside steps need. */
  readonly reports: Omit<RankReportsParts, 'hello' | 'begun'>;
  observed(observation: Observation): void;
  /** Something that outlives the exporter is another now, without an observation or a move. */
  changed(): void;
  /** Its GPU was found. */
  placed(hello: RankHello): void;
  moved(rank: MovedRank, from: RankState | null, reason: string): void;
}
