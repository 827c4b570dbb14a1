import { metrics, type Configuration } from '../catalogue.ts';
import { everyDetector, limitsOf, seriesMeant } from '../detect/index.ts';
import type { CheckResult } from './result.ts';

const names = metrics.map(({ name }) => name);

/**
 * What options of detectors over single values name, and is never judged: series that the exporter does not have, and limits of what is
 * not among the series. The names that scripts give to theirs are not known before they tell them.
 */
export function judgedSeries({ detect }: Pick<Configuration, 'detect'>): readonly CheckResult[] {
  const results = everyDetector.scalarDetectors
    .filter(({ kind }) => detect[kind].enabled)
    .map(({ kind }) => {
      const patterns = detect[kind].series.split(',').map((pattern) => pattern.trim());
      const unknown = patterns.filter((pattern) => {
        const means = seriesMeant(pattern);
        return isOfMetrics(pattern) && !names.some((name) => means(name));
      });
      return nothingFor(`detect.${kind}.series`, 'no series is called', unknown);
    });
  const { enabled, series, limits } = detect.scalar_anomaly;
  const judges = seriesMeant(series);
  const idle = limits.filter((text) => {
    if (!isOfMetrics(text)) return series === 'none';
    return !names.some((name) => judges(name) && limitsOf([text]).some(({ means }) => means(name)));
  });
  const why = 'detect.scalar_anomaly.series names no series for';
  return [...results, nothingFor('detect.scalar_anomaly.limits', why, enabled ? idle : [])].flat();
}

/** Whether a pattern means metrics of the exporter, of which all names are known. */
function isOfMetrics(pattern: string): boolean {
  return pattern.trim().startsWith('gradwatch_');
}

function nothingFor(subject: string, says: string, named: readonly string[]): readonly CheckResult[] {
  return named.length === 0 ? [] : [{ subject, outcome: 'absent', says: `${says} ${named.join(', ')}`, notes: [] }];
}
