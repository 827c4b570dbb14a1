import { counter, gauge, type Row, type SeriesTable } from '../../series/index.ts';
import type { RefusalCode } from '../refusals.ts';
import { ProblemCounts, type FoldersLog } from '../watched-folders/problem-counts.ts';

/** What can be wrong with directories and event files, and what is done about it. */
const problems = {
  unreadable: 'it cannot be read',
  too_many_folders: 'it has more folders than are looked into; name folders further below in event_files.directories',
  too_many_files: 'there are more files than event_files.max_files; those that were written last are followed',
  damaged_record: 'a record does not fit its checksum and is left out',
  lost_place: 'what follows is no record; it is passed over up to the next one',
  no_event: 'a record is no event and is left out',
  truncated: 'it became shorter; it is read on from its end',
  replaced: 'another file has taken its place; it is read from its beginning',
  evaluation_behind:
    'the step of an evaluation is far behind that of its training: it was late, or counts epochs; it is shown with the step reached',
  name_unfit: 'its folder makes no name of a run: more than 128 characters, or control characters',
  run_taken: 'a run of that name is told by a worker or by another directory; the files are left alone',
  run_limit: 'runs.max_runs or runs.max_ranks leaves no place for it',
} as const;

export type EventFileProblem = keyof typeof problems;

const totals = {
  followed: gauge('gradwatch_exporter_event_files', { help: 'Event files of TensorBoard that are followed' }),
  backlog: gauge('gradwatch_exporter_event_file_backlog_bytes', {
    help: 'Bytes of event files that are there and were not read yet',
  }),
  bytes: counter('gradwatch_exporter_event_file_read_bytes_total', { help: 'Bytes that were read of event files' }),
  events: counter('gradwatch_exporter_event_file_events_total', { help: 'Events with scalars that were taken' }),
  unknownTags: gauge('gradwatch_exporter_event_file_unknown_tags', {
    help: 'Tags of the followed runs that are no field of a step; event_files.tags can name them',
  }),
} as const;

const byReason = {
  problems: counter('gradwatch_exporter_event_file_problems_total', {
    help: 'What was wrong with event files and their directories, by reason',
    labels: ['reason'],
  }),
  refused: counter('gradwatch_exporter_event_file_refused_total', {
    help: 'What was not taken of what event files tell, by reason',
    labels: ['reason'],
  }),
} as const;

export const eventFilesMetrics = [...Object.values(totals), ...Object.values(byReason)] as const;

/** What can befall a value or an extra of a step. */
const refusals = [
  'step_invalid',
  'time_invalid',
  'value_invalid',
  'name_invalid',
  'name_limit',
] as const satisfies readonly RefusalCode[];

/** What is counted of event files. */
export class EventFilesCounts extends ProblemCounts<EventFileProblem> {
  readonly #totals: Row<keyof typeof totals>;

  constructor(table: SeriesTable, log: FoldersLog) {
    super(table, log, { subject: 'event files', problems, refusals, metrics: byReason });
    this.#totals = table.group([], totals).row({});
  }

  override begin(): void {
    super.begin();
    for (const key of ['bytes', 'events'] as const) this.#totals.set(key, 0);
  }

  show(followed: number, backlog: number, unknownTags: number): void {
    this.#totals.set('followed', followed);
    this.#totals.set('backlog', backlog);
    this.#totals.set('unknownTags', unknownTags);
  }

  add(key: 'bytes' | 'events', increment: number): void {
    this.#totals.add(key, increment);
  }
}
