import { gauge, histogram } from '../series/index.ts';
import { stepBounds } from './bucket-bounds.ts';

const labels = ['run', 'rank'] as const;

const part = <const Name extends `gradwatch_train_${string}`>(name: Name, help: string) =>
  gauge(name, { help: `${help} in the last full window (runs.window)`, labels });

/** The fields that windows are kept of, with the series of each. Windows begin at multiples of their length since 1970. */
export const windowMetrics = {
  loss: {
    min: part('gradwatch_train_loss_window_min', 'Least training loss'),
    mean: part('gradwatch_train_loss_window_mean', 'Mean training loss, without outliers,'),
    max: part('gradwatch_train_loss_window_max', 'Greatest training loss'),
    count: part('gradwatch_train_loss_window_values', 'Steps with a finite training loss'),
  },
  gradient_norm: {
    min: part('gradwatch_train_gradient_norm_window_min', 'Least gradient norm'),
    mean: part('gradwatch_train_gradient_norm_window_mean', 'Mean gradient norm, without outliers,'),
    max: part('gradwatch_train_gradient_norm_window_max', 'Greatest gradient norm'),
    count: part('gradwatch_train_gradient_norm_window_values', 'Steps with a finite gradient norm'),
  },
  step_seconds: {
    min: part('gradwatch_train_step_window_min_seconds', 'Shortest step'),
    mean: part('gradwatch_train_step_window_mean_seconds', 'Mean duration of a step, without outliers,'),
    max: part('gradwatch_train_step_window_max_seconds', 'Longest step'),
    count: part('gradwatch_train_step_window_values', 'Steps that told their duration'),
  },
} as const;

export const durationMetrics = {
  duration: histogram('gradwatch_train_step_duration_seconds', {
    help: 'Wall time of steps',
    labels,
    bounds: stepBounds,
  }),
} as const;

export const windowMetricList = [
  ...Object.values(windowMetrics.loss),
  ...Object.values(windowMetrics.gradient_norm),
  ...Object.values(windowMetrics.step_seconds),
  durationMetrics.duration,
] as const;
