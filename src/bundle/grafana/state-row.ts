import type { BundleConfig } from '../config.ts';
import { scalar } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import * as rules from '../recording-rules.ts';
import { stateMappings } from './mappings.ts';
import type { Row } from './model.ts';
import { stat, stateTimeline, timeSeries } from './panel.ts';
import { runbook } from './runbook.ts';
import { latest, line } from './target.ts';
import { pickedRun } from './variables.ts';

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
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Steps per second',
          description:
            'Optimiser steps per second: the median over the ranks. Steps that a rollback repeats are counted again.',
          unit: 'cps',
          min: 0,
          queries: [line(recorded(rules.runStepRate, pickedRun), () => 'median of ranks')],
        }),
      },
      {
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Samples per second',
          description: 'Samples that all ranks together use per second.',
          unit: 'cps',
          min: 0,
          queries: [line(recorded(rules.runSampleRate, pickedRun), () => 'all ranks')],
        }),
      },
      {
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Ranks by state',
          description: 'How many ranks of the run are in each state; a rank that moved to another node counts once.',
          unit: 'none',
          min: 0,
          queries: [line(scalar(recorded(rules.runStateCount, pickedRun), '>', 0), ({ state }) => state)],
          links: [workerLost],
        }),
      },
    ],
  };
}
