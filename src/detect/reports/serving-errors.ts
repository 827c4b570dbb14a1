import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { Episode } from '../episode.ts';
import { percent } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

export interface State {
  readonly episode: Episode<number | null>;
  /** Of the reports since the last judgement, so that few requests at a time are judged together. */
  requests: number;
  errors: number;
}

/** A process that serves a model answers too many requests with an error. */
export const servingErrors = reportDetector({
  kind: 'serving_errors',
  hears: 'serving',
  subject: 'rank',
  meaning: 'too many requests to a model end with an error',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    ratio: number({ default: 0.05, min: 0, max: 1, help: 'Errors over requests, at most' }),
    critical: number({ default: 0.5, min: 0, max: 1, help: 'The same, from which it is critical' }),
    least: integer({ default: 50, min: 1, max: 1e9, help: 'Requests that are judged together, at least' }),
    recovery: integer({ default: 3, min: 1, max: 1000, help: 'Such groups in order in a row after which it is over' }),
  }),
  start: (): State => ({ episode: new Episode<number | null>(), requests: 0, errors: 0 }),
  observe(state, { rank, requests, errors }, { ratio, critical, least, recovery }) {
    state.requests += requests ?? 0;
    state.errors += errors ?? 0;
    if (state.requests < least) return quiet;
    const share = state.errors / state.requests;
    const judged = state.requests;
    state.requests = 0;
    state.errors = 0;
    // Three standard deviations of a binomial share: chance alone does not make a finding of few requests.
    const margin = 3 * Math.sqrt((ratio * (1 - ratio)) / judged);
    if (share <= ratio + margin) return state.episode.calm(null, recovery);
    return {
      status: 'evidence',
      severity: share >= critical ? 'critical' : 'warning',
      firstStep: state.episode.disturbed(null),
      step: null,
      score: share,
      threshold: ratio,
      baseline: null,
      window: judged,
      cause: `${percent(share)} of the last ${judged} requests to rank ${rank} ended with an error.`,
      advice: 'Look at the log of the serving process, at out-of-memory errors, and at the model that was loaded last.',
    };
  },
});
