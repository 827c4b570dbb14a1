import { readdirSync } from 'node:fs';
import type { Configuration } from '../catalogue.ts';
import { eventFilesMistakes } from '../ingest/index.ts';
import type { CheckResult } from './result.ts';

/** Whether the directories can be read in which runs and evaluations are looked for, and their options make sense. */
export function directories({ event_files: files, evaluations }: Configuration): readonly CheckResult[] {
  return [
    ...readable('event_files.directories', files.directories, 'no event files are followed'),
    ...eventFilesMistakes(files).map((says): CheckResult => ({
      subject: 'event_files',
      outcome: 'failing',
      says,
      notes: [],
    })),
    ...readable('evaluations.directories', evaluations.directories, 'no results of evaluations are looked for'),
  ];
}

function readable(subject: string, paths: readonly string[], without: string): readonly CheckResult[] {
  if (paths.length === 0) return [{ subject, outcome: 'off', says: `not set: ${without}`, notes: [] }];
  return paths.map((path): CheckResult => {
    try {
      readdirSync(path);
      return { subject, outcome: 'works', says: `${path} can be read`, notes: [] };
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      return { subject, outcome: 'failing', says: `${path} cannot be read (${code})`, notes: [] };
    }
  });
}
