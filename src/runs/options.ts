import { duration, integer, options, type OptionValue } from '../config/index.ts';

export const runsOptions = options({
  lifetime: duration({
    default: '1h',
    min: '1m',
    max: '30d',
    help: 'How long the series of a run stay after its last rank on this node has ended',
  }),
  return_within: duration({
    default: '2m',
    min: '1s',
    max: '1d',
    help: 'How long ranks of before a restart of the exporter are waited for; one that has not come back by then is lost',
  }),
  stale_after: duration({
    default: '5m',
    min: '1s',
    max: '1d',
    help: 'A rank that reports by single calls is incomplete when none came for this long; it is never lost, and its series go like those of one that has ended',
  }),
  max_runs: integer({
    default: 64,
    min: 1,
    max: 10_000,
    help: 'Runs held at a time; when a further one comes, the one that ended first makes room, else it is refused',
  }),
  max_ranks: integer({
    default: 256,
    min: 1,
    max: 10_000,
    help: 'Ranks of one run held at a time; when a further one comes, the one that ended first makes room, else it is refused',
  }),
});

export type RunsOptions = OptionValue<typeof runsOptions>;
