import type { InferOutput } from 'valibot';
import { duration, integer, options } from '../config/index.ts';

/** The group `findings` of the configuration. Durations are read into seconds. */
export const findingsOptions = options({
  hold: duration({
    default: '2m',
    min: '0s',
    max: '1h',
    help: 'How long a finding stays active after its last evidence, so that every scrape sees it',
  }),
  consequence_window: duration({
    default: '5m',
    min: '0s',
    max: '1d',
    help: 'How far apart a cause and its consequence may be seen, in either order',
  }),
  expire_after: duration({
    default: '6h',
    min: '1m',
    max: '30d',
    help: 'When a finding without new evidence is given up',
  }),
  max_open: integer({
    default: 500,
    min: 1,
    max: 100_000,
    help: 'Findings that may be open at once; more are refused and counted',
  }),
  max_silences: integer({ default: 100, min: 0, max: 10_000, help: 'Silences that may be in force at once' }),
  keep_resolved: integer({ default: 200, min: 0, max: 100_000, help: 'Resolved findings that the API still lists' }),
});

export type FindingsOptions = InferOutput<typeof findingsOptions>;
