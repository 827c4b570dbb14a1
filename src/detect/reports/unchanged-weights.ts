import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { judgeLayers, startLayerRule, type LayerRuleState } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

export interface State {
  readonly rule: LayerRuleState;
  /** Of each layer its last norm, and whether it ever changed; null before the first report. */
  last: Record<string, { readonly norm: number; readonly changed: boolean }> | null;
}

/**
 * The weights of a layer no longer change, although they did before: it is detached, or its optimiser state is lost. A layer that was
 * frozen from the start is as somebody wants it. SageMaker Debugger's UnchangedTensor.
 */
export const unchangedWeights = reportDetector({
  kind: 'unchanged_weights',
  hears: 'layers',
  subject: 'run',
  meaning: 'the weights of a layer no longer change',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    tolerance: number({ default: 1e-12, min: 0, max: 1, help: 'Relative change of the norm that counts as none' }),
    patience: integer({ default: 5, min: 1, max: 1000, help: 'Reports of the layer in a row' }),
  }),
  start: (): State => ({ rule: startLayerRule(), last: null }),
  observe(state, report, { tolerance, patience }) {
    const before = state.last ?? {};
    const last: NonNullable<State['last']> = {};
    const verdict = judgeLayers(state.rule, report, {
      offence: ({ name, values: { weight_norm: norm } }) => {
        if (norm === undefined || !Number.isFinite(norm)) return undefined;
        const former = before[name];
        const same = former !== undefined && Math.abs(norm - former.norm) <= tolerance * Math.abs(former.norm);
        const changed = former !== undefined && (former.changed || !same);
        last[name] = { norm, changed };
        return same && changed ? { score: 1, threshold: 1 } : null;
      },
      patience,
      severity: 'warning',
      sentence: () => 'the weights do not change any more',
      advice: 'Look whether the layer still requires a gradient, is in the optimiser, and has a learning rate above 0.',
    });
    state.last = last;
    return verdict;
  },
});
