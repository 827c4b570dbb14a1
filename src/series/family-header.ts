import type { MetricType } from './metric.ts';
import { unitOf } from './metric.ts';

/** `text` is Prometheus' text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics';

export type FamilyType = MetricType | 'histogram' | 'summary' | 'unknown';

/** The lines that stand before the samples of a family. */
export function familyHeader(
  format: Format,
  { name, type, help }: { readonly name: string; readonly type: FamilyType; readonly help: string },
): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (format === 'text') {
    const known = type === 'info' || type === 'states' ? 'gauge' : type === 'unknown' ? 'untyped' : type;
    return `# HELP ${name} ${escaped}\n# TYPE ${name} ${known}\n`;
  }
  // In OpenMetrics a family's name has no suffix of its type. A state set would need the metric's own name as label; ours are gauges.
  const family = type === 'counter' ? name.replace(/_total$/, '') : type === 'info' ? name.replace(/_info$/, '') : name;
  const unit = unitOf(name);
  return (
    `# TYPE ${family} ${type === 'states' ? 'gauge' : type}\n` +
    (unit !== null && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '') +
    `# HELP ${family} ${escaped.replaceAll('"', '\\"')}\n`
  );
}
