import { metrics } from '../catalogue.ts';
import { unitOf } from '../series/index.ts';
import type { BundleFile } from './file.ts';

const families: readonly (readonly [family: string, about: string])[] = [
  ['node', 'The machine.'],
  ['gpu', 'GPUs, as nvidia-smi tells of them. A field that a card does not have has no series.'],
  ['run', 'Training runs, as this node sees them.'],
  ['rank', 'Ranks of a run on this node.'],
  ['train', 'What the workers report of their steps, and what is computed of it.'],
  ['serving', 'What processes that serve a model report.'],
  ['finding', 'Findings that are open.'],
  ['findings', 'Findings, counted.'],
  ['exporter', 'gradwatch itself.'],
];

/** docs/metrics.md: every metric of the catalogue, by family, in the order of the names. */
export function metricsReference(): BundleFile {
  const sections = families.flatMap(([family, about]) => {
    const rows = metrics
      .filter(({ name }) => name.startsWith(`gradwatch_${family}_`))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, type, labels, help, ...rest }) => {
        const states = 'states' in rest ? `; states: ${rest.states.join(', ')}` : '';
        const bounds = 'bounds' in rest ? `; buckets up to ${rest.bounds.join(', ')}` : '';
        const text = (help + states + bounds).replaceAll('|', '\\|');
        return `| \`${name}\` | ${type} | ${unitOf(name) ?? ''} | ${labels.join(', ')} | ${text} |`;
      });
    if (rows.length === 0) return [];
    return [
      `## gradwatch_${family}`,
      '',
      about,
      '',
      '| name | type | unit | labels | help |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ];
  });
  const content = ['# Metrics', '', ...introduction, '', ...sections].join('\n');
  return { path: 'docs/metrics.md', content };
}

const introduction = [
  '<!-- Written by `npm run generate` from the declarations in src/. Change them there. -->',
  '',
  'Every metric that the exporter can write. `info` is a constant 1 whose labels carry facts; `states` is one series per state, 1 for',
  'the state that holds and 0 for the others; both are gauges in the text format. A `histogram` has `_bucket`, `_sum` and `_count`. What is not known has no series.',
  '',
  'The scrape adds `instance` and `job`, and with our configuration `node` and `cluster`.',
];
