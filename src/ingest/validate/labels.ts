import { description, quote } from './foreign-text.ts';
import { refuse, type Refusal } from '../refusals.ts';

/** As the names of labels in Prometheus: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const key = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;
const maxValueLength = 128;

/** The labels of a run: at most `limit`, in the order of their names; what is left out is told to `refused`. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  limit: number,
  refused: (refusal: Refusal) => void,
): Readonly<Record<string, string>> {
  if (labels === undefined) return {};
  const names = Object.keys(labels).sort();
  const kept: [string, string][] = [];
  for (const name of names) {
    if (!key.test(name)) {
      refused(refuse('label_invalid', { name: quote(name) }));
    } else if (kept.length >= limit) {
      refused(refuse('label_limit', { labels: names.length, limit }));
      break;
    } else {
      kept.push([name, description(labels[name], maxValueLength) ?? '']);
    }
  }
  return Object.fromEntries(kept);
}
