import type { AlertTiming } from '../config.ts';
import type { Vector } from '../promql/index.ts';

/** The alert that holds others back which somebody has in hand; its label names the one that it holds back. */
export const acknowledgedAlert = { name: 'GradwatchAcknowledged', label: 'holds' } as const;

/** An alert rule. Conventions: https://monitoring.mixins.dev/#guidelines-for-alert-names-labels-and-annotations */
export interface Alert<Label extends string = string> extends AlertTiming {
  /** The name of its runbook too: docs/runbooks/<name>.md. */
  readonly name: `Gradwatch${string}`;
  readonly expression: Vector<Label>;
  /** Of an alert of findings, those elements that somebody has in hand: people are not told of them. */
  readonly acknowledged?: Vector<Label>;
  /** A headline that is the same for every alert of this name: no label, no figure. */
  readonly summary: string;
  /** What happened here. Labels, `$value` and look-ups in it can change without the alert becoming another. */
  readonly description: string;
  /** The variables that the linked dashboard is opened with, as templates of URL-encoded values. */
  readonly dashboard: Readonly<Record<string, string>>;
}

/** For each label that the alert carries, the template that writes it. */
type LabelTemplates<Label extends string> = Readonly<Record<Label, string>>;

interface Texts<Label extends string> extends Omit<Alert<Label>, 'description' | 'dashboard'> {
  readonly description: (label: LabelTemplates<Label>) => string;
  readonly dashboard?: (label: LabelTemplates<Label>) => Readonly<Record<string, string>>;
}

/** A text that names a label which the expression does not keep does not compile. */
export function alert<Label extends string>({ description, dashboard, ...rest }: Texts<Label>): Alert<Label> {
  const { labels } = rest.expression;
  return {
    ...rest,
    description: description(templates(labels, '')),
    dashboard: dashboard?.(templates(labels, ' | urlquery')) ?? {},
  };
}

function templates<Label extends string>(labels: readonly Label[], pipe: string): LabelTemplates<Label> {
  return Object.fromEntries(labels.map((label) => [label, `{{ $labels.${label}${pipe} }}`])) as LabelTemplates<Label>;
}
