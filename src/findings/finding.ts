import type { Evidence, Severity } from '../detect/index.ts';

/** What a finding is about. `rank` is null for what concerns a whole run, `uuid` names a GPU. */
export interface Subject {
  readonly run: string | null;
  readonly rank: number | null;
  readonly uuid: string | null;
}

export const resolutions = ['recovered', 'run_ended', 'expired'] as const;
export type Resolution = (typeof resolutions)[number];

/** Somebody has taken a finding in hand. It holds until the finding worsens. */
export interface Acknowledgement {
  readonly author: string;
  /** What else was said; empty where nothing was. */
  readonly note: string;
  /** Unix seconds. */
  readonly at: number;
}

/** One incident of one kind on one subject, from its first evidence to its end. */
export interface Finding extends Omit<Evidence, 'step' | 'origin'> {
  /** Unique on this node and across restarts; the label `finding`. */
  readonly id: string;
  readonly kind: string;
  readonly subject: Subject;
  /**
   * The rank whose evidence opened it, also where the subject is the whole run. Where evidence tells on which rank it began, that rank, or null
   * when it was the same on several.
   */
  readonly firstRank: number | null;
  readonly severity: Severity;
  /** The step whose observation completed the rule and opened the finding. */
  readonly detectedStep: number | null;
  /** The last step that brought evidence. */
  readonly lastStep: number | null;
  /** Unix seconds. */
  readonly openedAt: number;
  readonly lastEvidenceAt: number;
  /** When its severity rose last, in Unix seconds; null where it is the one with which it opened. */
  readonly worsenedAt: number | null;
  /** The id of the finding that explains this one; it then does not notify. */
  readonly consequenceOf: string | null;
  /** The id of the silence for which it does not notify. */
  readonly silencedBy: string | null;
  readonly acknowledgement: Acknowledgement | null;
  /** It became critical after somebody had acknowledged it as a warning, and people are to be told anew. */
  readonly escalated: boolean;
  readonly resolution: Resolution | null;
  readonly resolvedAt: number | null;
}

/** What happened to a finding; log, subscribers and series are told of each. */
export interface FindingChange {
  readonly change: 'opened' | 'worsened' | 'amended' | 'silenced' | 'unsilenced' | 'acknowledged' | 'resolved';
  readonly finding: Finding;
}

export type FindingListener = (change: FindingChange) => void;

/**
 * Orders findings by when they opened, the oldest first; of one moment, as they were numbered: the shorter number is the lower one.
 * A collator of Intl would compare numbers too, and takes 3 MB of resident memory.
 */
export function byAge(one: Age, other: Age): number {
  return (
    one.openedAt - other.openedAt ||
    one.id.length - other.id.length ||
    Number(one.id > other.id) - Number(one.id < other.id)
  );
}

/** What places a finding among others, and never changes. */
export type Age = Pick<Finding, 'id' | 'openedAt'>;
