import { choice, integer, list, number, text } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { Deviations, methods } from './scalar-deviation.ts';
import { isLimit, limitCrossed, limitsOf } from './scalar-limits.ts';
import { scalarDetector } from '../scalar.ts';

/** Numbers in a row after which a value that is none, NaN or infinity, is news: before, it may be how the series leaves a gap. */
const gapless = 64;

export interface State {
  readonly deviations: Deviations;
  readonly episode: Episode<number | null>;
  /** Numbers in a row until now. */
  inRow: number;
}

/**
 * Any series that the configuration names, whatever it measures: a course that its history does not hold; or, by choice, the charts of
 * statistical process control. Beside them fixed limits.
 */
export const scalarAnomaly = scalarDetector({
  kind: 'scalar_anomaly',
  subject: 'series',
  meaning: 'a series that the configuration names left its range',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    series: text({
      default: 'none',
      expected: 'names of metrics or extras, * for any characters, separated by commas',
      help: 'Series that are judged, by the name of the metric or the one that a script gave; none unless they are named',
    }),
    limits: list({
      default: 'none',
      of: 'NAME>VALUE or with <, >= or <=, * for any characters in the name',
      accepts: isLimit,
      help: 'Fixed limits of series that are judged',
    }),
    method: choice({ of: methods, default: 'novelty', help: 'How a value is compared with the history' }),
    novelty: number({
      default: 1.5,
      min: 0.1,
      max: 1000,
      help: 'With novelty: distance from all of the history, in largest usual distances',
    }),
    sigmas: number({ default: 4, min: 0.1, max: 1000, help: 'With the other methods: standard deviations' }),
    smoothing: number({ default: 0.1, min: 0.001, max: 1, help: 'With ewma: weight of the newest value' }),
    history: integer({ default: 2048, min: 128, max: 65_536, help: 'Values with which one is compared' }),
    recovery: integer({ default: 60, min: 1, max: 100_000, help: 'Values in order after which it is over' }),
  }),
  start: ({ history }): State => ({ deviations: new Deviations(history), episode: new Episode(), inRow: 0 }),
  observe(state, { value, step }, { name, owner }, options) {
    const { deviations, episode } = state;
    const isNumber = Number.isFinite(value);
    const isLost = !isNumber && (state.inRow >= gapless || episode.open);
    state.inRow = isNumber ? state.inRow + 1 : 0;
    const deviation = isNumber ? deviations.take(value, options) : null;
    const crossed = limitCrossed(limitsOf(options.limits), name, value);
    const strange = deviation !== null && deviation.score > deviation.limit ? deviation : null;
    if (strange === null && crossed === null && !isLost) return isNumber ? episode.calm(step, options.recovery) : quiet;
    const beyond = crossed === null ? 'no number' : `fixed limit ${figure(crossed)}`;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep: episode.disturbed(step),
      step,
      score: strange?.score ?? value,
      threshold: strange?.limit ?? crossed ?? NaN,
      baseline: deviation?.usual ?? null,
      window: deviations.history.size,
      cause:
        strange === null
          ? `${name} of ${owner} is ${figure(value)} (${beyond}).`
          : `${name} of ${owner} is ${figure(value)}, usually ${figure(strange.usual)} (${options.method} ${figure(strange.score)}, limit ${figure(strange.limit)}).`,
      advice:
        'See what else changed at that time; when it is usual for this series, leave it out of detect.scalar_anomaly.series.',
    };
  },
});
