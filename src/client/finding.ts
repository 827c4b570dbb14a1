import type { Finding__Output } from '../protocol/index.ts';

/** A finding of the exporter that concerns this run, with the meanings of `gradwatch.v1.Finding`. What it does not know is absent. */
export interface Finding {
  readonly id: string;
  /** `unspecified` is a word of an exporter that is newer than this client. */
  readonly change: 'opened' | 'worsened' | 'amended' | 'resolved' | 'unspecified';
  /** For example `gradient_explosion`. */
  readonly kind: string;
  readonly severity: 'info' | 'warning' | 'critical' | 'unspecified';
  /** The rank that it is about; absent where it is about the whole run. */
  readonly rank?: number;
  readonly firstStep?: number;
  readonly detectedStep?: number;
  readonly score?: number;
  readonly threshold?: number;
  /** One sentence each, for a person. */
  readonly cause?: string;
  readonly advice?: string;
  /** Set when resolved: `recovered`, `run_ended` or `expired`. */
  readonly resolution?: string;
  /** The id of the finding that explains this one. */
  readonly consequenceOf?: string;
}

const changes: ReadonlyMap<unknown, Finding['change']> = new Map([
  ['CHANGE_OPENED', 'opened'],
  ['CHANGE_WORSENED', 'worsened'],
  ['CHANGE_AMENDED', 'amended'],
  ['CHANGE_RESOLVED', 'resolved'],
]);

const severities: ReadonlyMap<unknown, Finding['severity']> = new Map([
  ['SEVERITY_INFO', 'info'],
  ['SEVERITY_WARNING', 'warning'],
  ['SEVERITY_CRITICAL', 'critical'],
]);

export function readFinding(wire: Finding__Output): Finding {
  const { id, change, kind, severity, first_step, detected_step, consequence_of, ...rest } = wire;
  return {
    id: id ?? '',
    change: changes.get(change) ?? 'unspecified',
    kind: kind ?? '',
    severity: severities.get(severity) ?? 'unspecified',
    ...rest,
    ...(first_step !== undefined && { firstStep: first_step }),
    ...(detected_step !== undefined && { detectedStep: detected_step }),
    ...(consequence_of !== undefined && { consequenceOf: consequence_of }),
  };
}
