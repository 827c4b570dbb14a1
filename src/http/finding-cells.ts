import { byAge, severities, type Finding, type Silence } from '../findings/index.ts';
import type { TableCell } from './table.ts';

export const findingHeads = [
  ...['Severity', 'Kind', 'Run', 'Rank', 'GPU', 'Since', 'First step', 'Cause', 'Advice', 'Notice'],
];

/** An open finding as a row of the page. */
export function findingCells(finding: Finding, silences: readonly Silence[]): readonly TableCell[] {
  const { severity, kind, subject, openedAt, firstStep, cause, advice } = finding;
  const { run, rank, uuid } = subject;
  return [severity, kind, run, rank, uuid, time(openedAt), firstStep, cause, advice, notice(finding, silences)];
}

/** What is explained by another comes after it; of the rest the worst first, of these the youngest. */
export function worstFirst(one: Finding, other: Finding): number {
  return (
    Number(one.consequenceOf !== null) - Number(other.consequenceOf !== null) ||
    severities.indexOf(other.severity) - severities.indexOf(one.severity) ||
    byAge(other, one)
  );
}

/** Why nobody is told of it, or who knows of it already. */
function notice({ consequenceOf, silencedBy, acknowledgement }: Finding, silences: readonly Silence[]): string {
  const silence = silences.find(({ id }) => id === silencedBy);
  return [
    ...(consequenceOf === null ? [] : [`consequence of ${consequenceOf}`]),
    ...(silence === undefined
      ? []
      : [`silenced by ${silence.author} until ${time(silence.expiresAt)}${said(silence.comment)}`]),
    ...(acknowledgement === null
      ? []
      : [`acknowledged by ${acknowledgement.author} at ${time(acknowledgement.at)}${said(acknowledgement.note)}`]),
  ].join('; ');
}

function said(words: string): string {
  return words === '' ? '' : ` (${words})`;
}

function time(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
