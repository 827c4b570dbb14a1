import { detectors } from '../catalogue.ts';
import type { AlertGroup } from '../detect/index.ts';
import type { BundleFile } from './file.ts';

const alerts: Readonly<Record<AlertGroup, string>> = {
  own: 'one of its own',
  training_degraded: 'GradwatchTrainingDegraded',
  rank_degraded: 'GradwatchRankDegraded',
  none: '',
};

/** docs/detectors/kinds.md: every detector, in the order of the kinds. */
export function detectorsReference(): BundleFile {
  const rows = detectors
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map(({ kind, subject, meaning, explains, alert }) => {
      return `| [${kind}](${kind}.md) | ${subject} | ${meaning} | ${explains.join(', ')} | ${alerts[alert]} |`;
    });
  return { path: 'docs/detectors/kinds.md', content: [...introduction, ...rows, ''].join('\n') };
}

const introduction = [
  '# Kinds of findings',
  '',
  '<!-- Written by `npm run generate` from the declarations in src/detect/. Change them there. -->',
  '',
  '[README.md](README.md) says what all detectors do, and how a finding lives.',
  '',
  '| kind | subject | what it means | explains | alert |',
  '|---|---|---|---|---|',
];
