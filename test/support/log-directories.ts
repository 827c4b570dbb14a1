import * as valibot from 'valibot';
import { expect } from 'vitest';
import { eventFilesOptions, LogDirectories, type EventFilesOptions } from '../../src/ingest/index.ts';
import { Runs, type Observation, type RankTransition } from '../../src/runs/index.ts';
import { expose, SeriesTable } from '../../src/series/index.ts';
import { runsDefaults } from './runs-options.ts';

/** What follows a log directory, with the runs behind it. @param clock Unix seconds, moved by a second with every look */
export function follow(
  folder: string,
  clock: { now: number },
  options: Partial<EventFilesOptions> = {},
  saved: readonly unknown[] = [],
) {
  const table = new SeriesTable();
  const now = () => clock.now;
  const observed: Observation[] = [];
  const transitions: RankTransition[] = [];
  const runs = new Runs({
    table,
    now,
    hold: () => 120,
    options: runsDefaults,
    listener: {
      observation: (observation) => observed.push(observation),
      transition: (transition) => transitions.push(transition),
      runEnded: () => undefined,
      rankForgotten: () => undefined,
      runForgotten: () => undefined,
    },
  });
  for (const part of saved) expect(runs.section.restore(part)).toBeNull();
  const warned: string[] = [];
  const directories = new LogDirectories({
    table,
    runs,
    now,
    limits: () => runsDefaults,
    monotonic: () => performance.now() / 1000,
    log: { warn: (_, message) => warned.push(message) },
    options: {
      ...valibot.parse(eventFilesOptions, { directories: folder, scan_interval: '100ms', max_age: '3650d' }),
      ...options,
    },
  });
  const series = (text: string): number | null => {
    const line = expose('text', table.snapshot())
      .split('\n')
      .find((each) => each.startsWith(`${text} `));
    return line === undefined ? null : Number(line.slice(text.length + 1));
  };
  return {
    runs,
    transitions,
    warned,
    clock,
    series,
    problems: (reason: string) => series(`gradwatch_exporter_event_file_problems_total{reason="${reason}"}`),
    /** Looks once, a second later, and gives the steps that came. */
    beat: async (): Promise<readonly object[]> => {
      observed.length = 0;
      clock.now += 1;
      await directories.beat();
      return observed.map(({ step, fresh }) => ({ step, ...fresh }));
    },
    observed,
    save: () => [...runs.section.save()].map((part): unknown => structuredClone(part)),
    stop: () => directories.stop(),
  };
}
