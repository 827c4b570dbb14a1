import type { DetectorFacts, Evidence, Severity } from '../../src/detect/index.ts';
import { Findings, type FindingChange, type FindingsOptions, type Whereabouts } from '../../src/findings/index.ts';
import { expose, SeriesTable } from '../../src/series/index.ts';

const defaults: FindingsOptions = {
  hold: 120,
  consequence_window: 300,
  expire_after: 3600,
  max_open: 10,
  max_silences: 3,
  keep_resolved: 2,
};

/** Nothing is known of ranks. */
export const nowhere: Whereabouts = {
  gpusOf: () => [],
  steppedAt: () => null,
  startedAt: () => null,
  endedAt: () => null,
};

export function evidence(severity: Severity, step: number | null = 7, more: Partial<Evidence> = {}): Evidence {
  return {
    severity,
    firstStep: step,
    step,
    score: 20,
    threshold: 16,
    baseline: 1,
    window: 64,
    cause: `cause at ${step}`,
    advice: 'advice',
    ...more,
  };
}

/** Findings on a clock that stands still until it is told to wait, and what they told. */
export function findingsHouse(
  detectors: readonly DetectorFacts[],
  options: Partial<FindingsOptions> = {},
  known: Partial<Whereabouts> = {},
) {
  const table = new SeriesTable();
  const clock = { now: 1000 };
  const findings = new Findings({
    table,
    options: { ...defaults, ...options },
    detectors,
    whereabouts: { ...nowhere, ...known },
    instance: 'abc',
    now: () => clock.now,
  });
  const changes: FindingChange[] = [];
  findings.subscribe((change) => changes.push(change));
  const ofGpu = (detector: DetectorFacts, uuid: string) => {
    return { detector, run: null, rank: null, uuid, witness: uuid };
  };
  const ofRank = (detector: DetectorFacts, rank: number, run: string) => {
    return { detector, run, rank, uuid: null, witness: rank };
  };
  return {
    ...{ findings, clock, changes },
    told: () => changes.map(({ change, finding }) => `${change} ${finding.kind}`),
    see: (detector: DetectorFacts, what: Evidence, rank = 0, run = 'r') => {
      findings.report({ ...ofRank(detector, rank, run), verdict: { status: 'evidence', ...what } });
    },
    recover: (detector: DetectorFacts, rank = 0, run = 'r') => {
      findings.report({ ...ofRank(detector, rank, run), verdict: { status: 'recovered', step: 99 } });
    },
    seeGpu: (detector: DetectorFacts, what: Evidence, uuid: string) => {
      findings.report({ ...ofGpu(detector, uuid), verdict: { status: 'evidence', ...what } });
    },
    recoverGpu: (detector: DetectorFacts, uuid: string) => {
      findings.report({ ...ofGpu(detector, uuid), verdict: { status: 'recovered', step: null } });
    },
    wait: (seconds: number) => {
      clock.now += seconds;
      findings.tick();
    },
    /** Findings of which people are told. */
    notifying: () =>
      findings.open.filter(
        ({ severity, consequenceOf, silencedBy }) =>
          severity !== 'info' && consequenceOf === null && silencedBy === null,
      ),
    lines: (prefix: string) =>
      expose('text', table.snapshot())
        .split('\n')
        .filter((line) => line.startsWith(prefix)),
  };
}
