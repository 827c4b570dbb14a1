import type { BundleConfig } from '../config.ts';
import { aggregate, increase, series } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import * as rules from '../recording-rules.ts';
import type { Row } from './model.ts';
import { timeSeries } from './panel.ts';
import { runbook } from './runbook.ts';
import { line } from './target.ts';
import { pickedRanks, pickedRun, rateInterval } from './variables.ts';

/** What the optimiser does. */
export function trainingRow(config: BundleConfig): Row {
  const explosion = runbook(config, 'GradwatchGradientExplosion', 'gradient explosion');
  const nonFinite = runbook(config, 'GradwatchNonFinite', 'not finite');
  return {
    title: 'Training',
    panels: [
      {
        width: 8,
        height: 8,
        panel: timeSeries({
          title: 'Loss',
          description:
            'Training loss of the last step: highest, median and lowest rank. They drift apart when ranks desynchronise.',
          unit: 'short',
          queries: [
            line(recorded(rules.runLossMax, pickedRun), () => 'highest rank'),
            line(recorded(rules.runLossMedian, pickedRun), () => 'median'),
            line(recorded(rules.runLossMin, pickedRun), () => 'lowest rank'),
          ],
          links: [nonFinite],
        }),
      },
      {
        width: 8,
        height: 8,
        panel: timeSeries({
          title: 'Loss per rank',
          description: 'Training loss of the last step of each rank. NaN and infinity are gaps.',
          unit: 'short',
          queries: [line(recorded(rules.rankLoss, pickedRanks), ({ rank }) => `rank ${rank}`)],
          links: [nonFinite],
        }),
      },
      {
        width: 8,
        height: 8,
        panel: timeSeries({
          title: 'Gradient norm per rank',
          description: 'L2 norm of the gradient over all parameters before clipping, on a logarithmic scale.',
          unit: 'short',
          log: true,
          queries: [line(recorded(rules.rankGradientNorm, pickedRanks), ({ rank }) => `rank ${rank}`)],
          links: [explosion],
        }),
      },
      {
        width: 8,
        height: 8,
        panel: timeSeries({
          title: 'Gradient change ratio',
          description:
            'Change of the gradient between two steps over the norm of the first. Exact where the worker sends the norm of the difference, else the surrogate from the difference of the norms.',
          unit: 'short',
          log: true,
          queries: [
            line(
              ofRankAndMethod('gradwatch_train_gradient_change_ratio'),
              ({ rank, method }) => `rank ${rank} (${method})`,
            ),
          ],
          links: [explosion],
        }),
      },
      {
        width: 8,
        height: 8,
        panel: timeSeries({
          title: 'Tail probability of the gradient change',
          description:
            'Probability that the change ratio exceeds its limit, by a Gaussian with the recent mean and deviation.',
          unit: 'percentunit',
          min: 0,
          max: 1,
          queries: [
            line(
              ofRankAndMethod('gradwatch_train_gradient_tail_probability'),
              ({ rank, method }) => `rank ${rank} (${method})`,
            ),
          ],
          links: [explosion],
        }),
      },
      {
        width: 8,
        height: 8,
        panel: timeSeries({
          title: 'Learning rate',
          description: 'Learning rate of the last step.',
          unit: 'sci',
          queries: [line(ofRank('gradwatch_train_learning_rate'), ({ rank }) => `rank ${rank}`)],
        }),
      },
      {
        width: 12,
        height: 7,
        panel: timeSeries({
          title: 'Step time',
          description: 'Wall time of the last step: the slowest, the median and the fastest rank.',
          unit: 's',
          min: 0,
          queries: [
            line(recorded(rules.runStepSecondsMax, pickedRun), () => 'slowest rank'),
            line(recorded(rules.runStepSecondsMedian, pickedRun), () => 'median'),
            line(recorded(rules.runStepSecondsMin, pickedRun), () => 'fastest rank'),
          ],
        }),
      },
      {
        width: 12,
        height: 7,
        panel: timeSeries({
          title: 'Steps that were not finite',
          description:
            'Steps with NaN or infinity, and steps that the optimiser skipped for it (a few are normal with fp16).',
          unit: 'none',
          min: 0,
          queries: [
            line(increased('gradwatch_train_nonfinite_steps_total'), () => 'not finite'),
            line(increased('gradwatch_train_skipped_steps_total'), () => 'skipped'),
          ],
          links: [nonFinite],
        }),
      },
    ],
  };
}

function ofRank(name: 'gradwatch_train_learning_rate') {
  return aggregate('max', ['rank'], rules.fromNewest(series(name, pickedRanks)));
}

function ofRankAndMethod(name: 'gradwatch_train_gradient_change_ratio' | 'gradwatch_train_gradient_tail_probability') {
  return aggregate('max', ['rank', 'method'], rules.fromNewest(series(name, pickedRanks)));
}

function increased(name: 'gradwatch_train_nonfinite_steps_total' | 'gradwatch_train_skipped_steps_total') {
  return aggregate('sum', ['run'], increase(series(name, pickedRanks), rateInterval));
}
