import { rateWindow } from './config.ts';
import { type LabelOf, type MetricName, metricOf } from './names.ts';
import { type Vector, aggregate, compared, filter, median, rate, scalar, series, union } from './promql/index.ts';
import { recorded, recording } from './recording.ts';

/** Metrics with the labels run and rank. */
type RankMetric = { [Name in MetricName]: 'run' | 'rank' extends LabelOf<Name> ? Name : never }[MetricName];

/**
 * A rank that moved to another node is still told of by the exporter that it left, until that one forgets it. The exporter with the
 * newest step is the one that counts: everything about ranks is taken from there, so a rank counts once.
 */
const stepTime = series('gradwatch_rank_last_step_timestamp_seconds');
export const newestReport = recording(
  'run_rank_instance:gradwatch_rank_last_step_timestamp_seconds:newest',
  compared(
    aggregate('max', ['node', 'instance', 'run', 'rank'], stepTime),
    '==',
    ['run', 'rank'],
    aggregate('max', ['run', 'rank'], stepTime),
  ),
);

export function fromNewest<Label extends string>(vector: Vector<Label | 'cluster' | 'instance' | 'run' | 'rank'>) {
  return filter(vector, 'and', ['instance', 'run', 'rank'], recorded(newestReport));
}

/** As {@link fromNewest}, and ranks that have not taken a step yet. */
function fromNewestOrNew<Label extends string>(vector: Vector<Label | 'cluster' | 'instance' | 'run' | 'rank'>) {
  return union(fromNewest(vector), filter(vector, 'unless', ['run', 'rank'], recorded(newestReport)));
}

function ofRank(name: RankMetric) {
  return aggregate('max', ['run', 'rank'], fromNewest(series(name)));
}

export const rankInfo = recording(
  'run_rank:gradwatch_rank_info:newest',
  aggregate('max', ['node', 'instance', 'run', 'rank', 'host', 'uuid'], fromNewestOrNew(series('gradwatch_rank_info'))),
);
export const rankStepTime = recording(
  'run_rank:gradwatch_rank_last_step_timestamp_seconds:max',
  aggregate('max', ['run', 'rank'], recorded(newestReport)),
);
export const rankStep = recording('run_rank:gradwatch_rank_step:newest', ofRank('gradwatch_rank_step'));
export const rankLoss = recording('run_rank:gradwatch_train_loss:newest', ofRank('gradwatch_train_loss'));
export const rankGradientNorm = recording(
  'run_rank:gradwatch_train_gradient_norm:newest',
  ofRank('gradwatch_train_gradient_norm'),
);
export const rankStepSeconds = recording(
  'run_rank:gradwatch_train_step_seconds:newest',
  ofRank('gradwatch_train_step_seconds'),
);

export const rankState = recording(
  'run_rank:gradwatch_rank_state:newest',
  aggregate('max', ['run', 'rank', 'state'], fromNewestOrNew(series('gradwatch_rank_state'))),
);
/** Index of the state in the order of its declaration, which for ranks goes from best to worst. */
export const rankStateIndex = recording(
  'run_rank:gradwatch_rank_state:index',
  stateIndex('gradwatch_rank_state', ['run', 'rank'], (state) => recorded(rankState, { state })),
);
export const runStateWorst = recording(
  'run:gradwatch_rank_state:worst',
  aggregate('max', ['run'], recorded(rankStateIndex)),
);
export const runStateCount = recording(
  'run:gradwatch_rank_state:count',
  aggregate('sum', ['run', 'state'], recorded(rankState)),
);
export const gpuStateIndex = recording(
  'gpu:gradwatch_gpu_state:index',
  stateIndex('gradwatch_gpu_state', ['node', 'uuid', 'gpu'], (state) => series('gradwatch_gpu_state', { state })),
);

export const runStep = recording('run:gradwatch_rank_step:max', aggregate('max', ['run'], recorded(rankStep)));
export const runLossMin = recording('run:gradwatch_train_loss:min', aggregate('min', ['run'], recorded(rankLoss)));
export const runLossMedian = recording('run:gradwatch_train_loss:median', median(['run'], recorded(rankLoss)));
export const runLossMax = recording('run:gradwatch_train_loss:max', aggregate('max', ['run'], recorded(rankLoss)));
export const runStepSecondsMin = recording(
  'run:gradwatch_train_step_seconds:min',
  aggregate('min', ['run'], recorded(rankStepSeconds)),
);
export const runStepSecondsMedian = recording(
  'run:gradwatch_train_step_seconds:median',
  median(['run'], recorded(rankStepSeconds)),
);
export const runStepSecondsMax = recording(
  'run:gradwatch_train_step_seconds:max',
  aggregate('max', ['run'], recorded(rankStepSeconds)),
);

// A rank that moved away adds a rate of zero where it was.
export const runStepRate = recording(
  `run:gradwatch_train_steps:rate${rateWindow}`,
  median(['run'], aggregate('sum', ['run', 'rank'], rate(series('gradwatch_train_steps_total'), rateWindow))),
);
export const runSampleRate = recording(
  `run:gradwatch_train_samples:rate${rateWindow}`,
  aggregate('sum', ['run'], rate(series('gradwatch_train_samples_total'), rateWindow)),
);

/** In the order of evaluation: what a rule reads is recorded above it. */
export const recordings = [
  newestReport,
  rankInfo,
  rankStepTime,
  rankStep,
  rankLoss,
  rankGradientNorm,
  rankStepSeconds,
  rankState,
  rankStateIndex,
  runStateWorst,
  runStateCount,
  gpuStateIndex,
  runStep,
  runLossMin,
  runLossMedian,
  runLossMax,
  runStepSecondsMin,
  runStepSecondsMedian,
  runStepSecondsMax,
  runStepRate,
  runSampleRate,
] as const;

/** One number for a metric that has one 0/1 series per state: the index of the state that is set. */
function stateIndex<Label extends string, Kept extends Label>(
  metric: MetricName,
  by: readonly Kept[],
  ofState: (state: string) => Vector<Label | 'cluster'>,
): Vector<Kept | 'cluster'> {
  const [first, ...others] = (metricOf(metric).states ?? []).map((state, index) => scalar(ofState(state), '*', index));
  if (first === undefined) throw new Error(`${metric} has no states`);
  return aggregate('max', by, union(first, ...others));
}
