import type { Step } from '../protocol/index.ts';
import { copyValues } from './named-values.ts';
import type { StepReport } from './step-report.ts';
import { accepts, isCount, isKnown, plainNumber, unfit, wireEnums, type Kind, type Problem } from './value-kinds.ts';
import type { WireStep } from './wire-step.ts';

export interface CleanStep {
  /** Null where the report names no step. */
  readonly step: WireStep | null;
  /** What of the report was left out. */
  readonly problems: readonly Problem[];
}

const none: readonly Problem[] = [];
const more = 'values with names of your own go into extras';

/** One line per field besides the step's number: name in the report, name in the proto file, what it may be. */
const fields = [
  ['unixNanos', 'unix_nanos', 'count'],
  ['epoch', 'epoch', 'real'],
  ['loss', 'loss', 'real'],
  ['validationLoss', 'validation_loss', 'real'],
  ['evaluatedTrainingLoss', 'evaluated_training_loss', 'real'],
  ['gradientNorm', 'gradient_norm', 'real'],
  ['gradientChangeNorm', 'gradient_change_norm', 'real'],
  ['parameterNorm', 'parameter_norm', 'real'],
  ['learningRate', 'learning_rate', 'real'],
  ['lossScale', 'loss_scale', 'real'],
  ['skipped', 'skipped', 'flag'],
  ['stepSeconds', 'step_seconds', 'real'],
  ['dataWaitSeconds', 'data_wait_seconds', 'real'],
  ['collectiveWaitSeconds', 'collective_wait_seconds', 'real'],
  ['samples', 'samples', 'count'],
  ['tokens', 'tokens', 'count'],
  ['updateRatio', 'update_ratio', 'real'],
  ['batchSize', 'batch_size', 'count'],
  ['floatingPointOperations', 'floating_point_operations', 'real'],
  ['mfuRatio', 'mfu_ratio', 'real'],
  ['hostToDeviceSeconds', 'host_to_device_seconds', 'real'],
  ['forwardSeconds', 'forward_seconds', 'real'],
  ['backwardSeconds', 'backward_seconds', 'real'],
  ['optimizerSeconds', 'optimizer_seconds', 'real'],
  ['checkpointSeconds', 'checkpoint_seconds', 'real'],
  ['evaluationSeconds', 'evaluation_seconds', 'real'],
  ['memoryAllocatedBytes', 'memory_allocated_bytes', 'count'],
  ['memoryReservedBytes', 'memory_reserved_bytes', 'count'],
  ['memoryPeakBytes', 'memory_peak_bytes', 'count'],
  ['allocationRetries', 'allocation_retries', 'count'],
  ['outOfMemoryErrors', 'out_of_memory_errors', 'count'],
  ['processMemoryBytes', 'process_memory_bytes', 'count'],
  ['gradientClipNorm', 'gradient_clip_norm', 'real'],
  ['zeroGradientFraction', 'zero_gradient_fraction', 'real'],
  ['nonfiniteGradients', 'nonfinite_gradients', 'count'],
  ['maximumLoss', 'maximum_loss', 'real'],
  ['ownSeconds', 'own_seconds', 'real'],
  ['phase', 'phase', 'phase'],
  ['gradientNormScope', 'gradient_norm_scope', 'scope'],
] as const satisfies readonly (readonly [Exclude<keyof StepReport, 'step'>, keyof Step, Kind])[];

const namedFields = [
  ['auxiliaryLosses', 'auxiliary_losses'],
  ['extras', 'extras'],
] as const satisfies readonly (readonly [keyof StepReport, keyof Step])[];

const known: ReadonlySet<string> = new Set(['step', ...[...fields, ...namedFields].map(([name]) => name)]);

/**
 * A report as it is sent. Training scripts are often plain JavaScript, so nothing is believed: a value of the wrong kind is left out
 * and named, all others are kept.
 */
export function cleanStep(report: StepReport, nowUnixNanos: number): CleanStep {
  const given = report as Readonly<Partial<Record<keyof StepReport, unknown>>>;
  const number = plainNumber(given.step);
  if (!isCount(number)) {
    return { step: null, problems: [unfit('step', number, 'count', 'the report was not sent')] };
  }
  const step: Partial<Record<keyof Step, unknown>> = { step: number, unix_nanos: nowUnixNanos };
  let problems = none;
  const leftOut = (problem: Problem): void => {
    problems = [...problems, problem];
  };
  for (const [name, wireName, kind] of fields) {
    const value = plainNumber(given[name]);
    if (!isKnown(value)) continue;
    if (accepts[kind](value))
      step[wireName] = kind === 'phase' || kind === 'scope' ? wireEnums[kind][value as string] : value;
    else leftOut(unfit(name, value, kind));
  }
  for (const [name, wireName] of namedFields) {
    const values = given[name];
    if (!isKnown(values)) continue;
    const copy = copyValues(name, values, leftOut);
    if (copy !== undefined) step[wireName] = copy;
  }
  for (const name of Object.keys(report)) {
    if (!known.has(name)) leftOut({ field: name, text: `log does not know ${name}, so it was not sent; ${more}` });
  }
  return { step: step as WireStep, problems };
}
