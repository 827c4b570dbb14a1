import type { Evidence, Severity } from '../detect/index.ts';

/** What a finding is about. `rank` is null for what concerns a whole run, `uuid` names a GPU. */
export interface Subject {
  readonly run: string | null;
  readonly rank: number | null;
  readonly uuid: string | null;
}

export const resolutions = ['recovered', 'run_ended', 'expired'] as const;
export type Resolution = (typeof resolutions)[number];

/** One incident of one kind on one subject, from its first evidence to its end. */
export interface Finding extends Omit<Evidence, 'step'> {
  /** Unique on this node and across restarts; the label `finding`. */
  readonly id: string;
  readonly kind: string;
  readonly subject: Subject;
  /** The rank whose evidence opened it, also where the subject is the whole run. */
  readonly firstRank: number | null;
  readonly severity: Severity;
  /** The step whose observation completed the rule and opened the finding. */
  readonly detectedStep: number | null;
  /** The last step that brought evidence. */
  readonly lastStep: number | null;
  /** Unix seconds. */
  readonly openedAt: number;
  readonly lastEvidenceAt: number;
  /** The id of the finding that explains this one; it then does not notify. */
  readonly consequenceOf: string | null;
  readonly resolution: Resolution | null;
  readonly resolvedAt: number | null;
}

/** What happened to a finding; log, subscribers and series are told of each. */
export interface FindingChange {
  readonly change: 'opened' | 'worsened' | 'amended' | 'resolved';
  readonly finding: Finding;
}

export type FindingListener = (change: FindingChange) => void;
