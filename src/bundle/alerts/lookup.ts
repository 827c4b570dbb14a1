import { type Vector, oneLine } from '../promql/index.ts';

/** As a matcher's value in an expression for {@link lookup}: the value of this label on the alert. */
export function ofAlert(label: string): string {
  return `$labels.${label}`;
}

/**
 * A template that evaluates an expression beside the alert's own. What is looked up is no label, so it can change without the alert
 * firing anew. In `found`, `.Labels` and `.Value` are those of the first element; `missing` is written when there is none.
 * https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
 */
export function lookup(vector: Vector, found: string, missing = ''): string {
  const labels: string[] = [];
  const format = oneLine(vector)
    .replaceAll('%', '%%')
    .replaceAll(/"(\$labels\.\w+)"/g, (_, label: string) => {
      labels.push(label);
      return '%q';
    });
  const query = [`printf \`${format}\``, ...labels].join(' ');
  return `{{ with ${query} | query }}{{ with first . }}${found}{{ end }}${missing && `{{ else }}${missing}`}{{ end }}`;
}
