import { counter, gauge, info } from '../series/index.ts';
import { findingsFileMetrics } from './findings-file.ts';
import { silenceMetrics } from './silences.ts';

/** Series of open findings; they go when the finding is resolved. */
export const findingMetrics = {
  severity: gauge('gradwatch_finding_severity', {
    help: 'Severity of an open finding: 1 info, 2 warning, 3 critical',
    labels: ['finding', 'kind', 'run', 'rank', 'uuid'],
  }),
  info: info('gradwatch_finding_info', {
    help: 'Cause of an open finding in one sentence, what to do, the rank that showed it first, and the finding that explains it',
    labels: ['finding', 'cause', 'advice', 'first_rank', 'consequence_of'],
  }),
  firstStep: gauge('gradwatch_finding_first_step', {
    help: 'First step that belongs to an open finding',
    labels: ['finding'],
  }),
  score: gauge('gradwatch_finding_score', {
    help: 'Largest figure that the detector of an open finding has judged; its meaning is told with the kind',
    labels: ['finding'],
  }),
  silenced: gauge('gradwatch_finding_silenced', {
    help: '1 for an open finding that does not notify because it is silenced; absent for all others',
    labels: ['finding'],
  }),
  acknowledged: gauge('gradwatch_finding_acknowledged', {
    help: '1 for an open finding that does not notify because somebody has acknowledged it; absent for all others',
    labels: ['finding'],
  }),
  escalated: gauge('gradwatch_finding_escalated', {
    help: '1 for an open finding that became critical after somebody had acknowledged it; absent for all others',
    labels: ['finding'],
  }),
  total: counter('gradwatch_findings_total', {
    help: 'Findings that reached a severity, each counted once for every severity that it reached',
    labels: ['kind', 'severity'],
  }),
  refused: counter('gradwatch_findings_refused_total', {
    help: 'Evidence that could not open a finding because findings.max_open were open',
    labels: ['kind'],
  }),
} as const;

/** Every metric of this room. */
export const findingsMetrics = [
  ...Object.values(findingMetrics),
  ...Object.values(silenceMetrics),
  ...Object.values(findingsFileMetrics),
];
