import type { BundleConfig } from '../config.ts';
import { runbookLink } from '../links.ts';
import { aggregate, increase, series } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import * as rules from '../recording-rules.ts';
import { stateMappings } from './mappings.ts';
import type { Link, Row } from './model.ts';
import { stat, stateTimeline, timeSeries } from './panel.ts';
import { latest, line } from './target.ts';
import { pickedRanks, pickedRun, rateInterval } from './variables.ts';

/** Where the run stands, at a glance. */
export function stateRow(config: BundleConfig): Row {
  const states = stateMappings('gradwatch_rank_state');
  const workerLost = runbook(config, 'GradwatchWorkerLost', 'worker lost');
  return {
    title: 'Run $run',
    panels: [
      {
        width: 4,
        height: 4,
        panel: stat({
          title: 'State now',
          description: 'State of the worst rank of the run.',
          unit: 'none',
          mappings: states,
          queries: [latest(recorded(rules.runStateWorst, pickedRun), () => 'state')],
          links: [workerLost],
        }),
      },
      {
        width: 4,
        height: 4,
        panel: stat({
          title: 'Step',
          description: 'Highest optimiser step that a rank has reported.',
          unit: 'none',
          queries: [latest(recorded(rules.runStep, pickedRun), () => 'step')],
        }),
      },
      {
        width: 16,
        height: 4,
        panel: stateTimeline({
          title: 'State',
          description: 'State of the worst rank of the run over time; a rank that moved to another node counts once.',
          unit: 'none',
          mappings: states,
          queries: [line(recorded(rules.runStateWorst, pickedRun), ({ run }) => run)],
          links: [workerLost],
        }),
      },
      {
        width: 12,
        height: 7,
        panel: timeSeries({
          title: 'Steps per second',
          description: 'Optimiser steps per second: the median over the ranks. Steps that a rollback repeats are counted again.',
          unit: 'cps',
          min: 0,
          queries: [line(recorded(rules.runStepRate, pickedRun), () => 'median of ranks')],
        }),
      },
      {
        width: 12,
        height: 7,
        panel: timeSeries({
          title: 'Samples per second',
          description: 'Samples that all ranks together use per second.',
          unit: 'cps',
          min: 0,
          queries: [line(recorded(rules.runSampleRate, pickedRun), () => 'all ranks')],
        }),
      },
    ],
  };
}

/** What the optimiser does. */
export function trainingRow(config: BundleConfig): Row {
  const explosion = runbook(config, 'GradwatchGradientExplosion', 'gradient explosion');
  const nonFinite = runbook(config, 'GradwatchNonFinite', 'not finite');
  return {
    title: 'Training',
    panels: [
      {
        width: 12,
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
        width: 12,
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
        width: 12,
        height: 8,
        panel: timeSeries({
          title: 'Gradient change ratio',
          description:
            'Change of the gradient between two steps over the norm of the first. Exact where the worker sends the norm of the difference, else the surrogate from the difference of the norms.',
          unit: 'short',
          log: true,
          queries: [
            line(ofRankAndMethod('gradwatch_train_gradient_change_ratio'), ({ rank, method }) => `rank ${rank} (${method})`),
          ],
          links: [explosion],
        }),
      },
      {
        width: 12,
        height: 8,
        panel: timeSeries({
          title: 'Tail probability of the gradient change',
          description: 'Probability that the change ratio exceeds its limit, by a Gaussian with the recent mean and deviation.',
          unit: 'percentunit',
          min: 0,
          max: 1,
          queries: [
            line(ofRankAndMethod('gradwatch_train_gradient_tail_probability'), ({ rank, method }) => `rank ${rank} (${method})`),
          ],
          links: [explosion],
        }),
      },
      {
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Learning rate',
          description: 'Learning rate of the last step.',
          unit: 'sci',
          queries: [line(ofRank('gradwatch_train_learning_rate'), ({ rank }) => `rank ${rank}`)],
        }),
      },
      {
        width: 8,
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
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Steps that were not finite',
          description: 'Steps with NaN or infinity, and steps that the optimiser skipped for it (a few are normal with fp16).',
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

export function runbook(config: BundleConfig, alertName: string, what: string): Link {
  return { title: `Runbook: ${what}`, url: runbookLink(config, alertName), targetBlank: true };
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
