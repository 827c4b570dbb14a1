import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The root of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export function read(path: string): string {
  return readFileSync(`${root}/${path}`, 'utf8');
}

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<'summary' | 'description' | 'runbook_url' | 'dashboard_url', string>>;
}

/** Rules of a committed file. */
export function rulesOf(path: string): Rule[] {
  return (parse(read(path)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
}

export const alertRules = rulesOf('prometheus/rules/gradwatch-alerts.yaml') as readonly (Rule & { alert: string })[];
export const recordingRules = rulesOf('prometheus/rules/gradwatch-recording.yaml') as readonly (Rule & {
  record: string;
})[];
