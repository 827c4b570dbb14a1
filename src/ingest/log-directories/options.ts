import { choice, duration, integer, list, options, text, type OptionValue } from '../../config/index.ts';

export const eventFilesOptions = options({
  directories: list({
    default: 'none',
    of: 'paths of directories',
    help: 'Log directories of TensorBoard whose event files are followed, with all folders below; each folder is a run',
  }),
  interval: duration({
    default: '5s',
    min: '100ms',
    max: '1h',
    help: 'How often files that grew in the last minutes are looked at',
  }),
  scan_interval: duration({
    default: '30s',
    min: '100ms',
    max: '1d',
    help: 'How often the directories are searched for further files, and quiet files are looked at',
  }),
  begin: choice({
    of: ['beginning', 'end'],
    default: 'beginning',
    help: 'Where files that are there at the start are read from; those that come later are read from their beginning',
  }),
  max_age: duration({
    default: '1h',
    min: '1m',
    max: '3650d',
    help: 'Files that were not written for this long are left alone',
  }),
  stale_after: duration({
    default: '30m',
    min: '1m',
    max: '30d',
    help: 'A run whose files have not grown for this long is incomplete; it is never lost, and goes on when they grow',
  }),
  bytes_per_beat: integer({
    default: 8_388_608,
    min: 65_536,
    max: 1_073_741_824,
    help: 'Bytes that are read of all files together in one interval, at most',
  }),
  max_files: integer({
    default: 1_000,
    min: 1,
    max: 100_000,
    help: 'Files that are followed at a time; of more, those that were written last',
  }),
  rank_pattern: text({
    default: '(?:^|[/_.-])rank[_-]?(\\d+)(?=$|[/_.-])',
    expected: 'a regular expression with one group, or none',
    help: 'Where the path of a file below its directory tells the rank that wrote it; its match is not part of the name of the run, and a path without is of rank 0',
  }),
  tags: list({
    default: 'none',
    of: 'FIELD=TAG',
    help: 'Tags that hold a field under another name than the usual ones',
  }),
});

export type EventFilesOptions = OptionValue<typeof eventFilesOptions>;
