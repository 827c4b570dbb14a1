import type { Step } from '../protocol/index.ts';
import type { Values } from './reports.ts';
import { copyValues } from './named-values.ts';
import {
  accepts,
  isCount,
  isKnown,
  plainNumber,
  unfit,
  wireEnums,
  type Kind,
  type NormScope,
  type Phase,
  type Problem,
} from './value-kinds.ts';

/**
 * What a training script tells of one optimiser step: the fields of `gradwatch.v1.Step` in camelCase, with the units and meanings of
 * the proto file. What is not known is left out. NaN and infinities are reported as they are.
 */
export interface StepReport {
  /** Number of the optimiser step, a whole number from 0. */
  readonly step: number;
  /** When the step ended, nanoseconds since 1970-01-01 UTC; by default the moment of the first `log` for this step. */
  readonly unixNanos?: number | undefined;
  readonly epoch?: number | undefined;
  readonly loss?: number | undefined;
  readonly validationLoss?: number | undefined;
  /** Loss on a sample of the training data, measured at the same evaluation in the same way. */
  readonly evaluatedTrainingLoss?: number | undefined;
  /** L2 norm of the gradient over all parameters, before clipping. */
  readonly gradientNorm?: number | undefined;
  /** L2 norm of the difference between this gradient and the one before. */
  readonly gradientChangeNorm?: number | undefined;
  readonly parameterNorm?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly lossScale?: number | undefined;
  /** The optimiser skipped the step because the scaled gradient was not finite. */
  readonly skipped?: boolean | undefined;
  readonly stepSeconds?: number | undefined;
  readonly dataWaitSeconds?: number | undefined;
  readonly collectiveWaitSeconds?: number | undefined;
  /** Samples and tokens that this rank used in this step. */
  readonly samples?: number | undefined;
  readonly tokens?: number | undefined;
  /** L2 norm of the update over the L2 norm of the parameters. */
  readonly updateRatio?: number | undefined;
  /** Samples that all ranks together used for this step. */
  readonly batchSize?: number | undefined;
  /** Operations of the model that this rank did in this step. */
  readonly floatingPointOperations?: number | undefined;
  /** Model FLOPs utilisation, 0 to 1. */
  readonly mfuRatio?: number | undefined;
  readonly hostToDeviceSeconds?: number | undefined;
  readonly forwardSeconds?: number | undefined;
  readonly backwardSeconds?: number | undefined;
  readonly optimizerSeconds?: number | undefined;
  readonly checkpointSeconds?: number | undefined;
  readonly evaluationSeconds?: number | undefined;
  /** Device memory in tensors, held from the driver, and the most in tensors since the peak was reset. */
  readonly memoryAllocatedBytes?: number | undefined;
  readonly memoryReservedBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  /** Since the process began. */
  readonly allocationRetries?: number | undefined;
  /** Since the process began. */
  readonly outOfMemoryErrors?: number | undefined;
  /** Resident memory of the worker's process. */
  readonly processMemoryBytes?: number | undefined;
  /** The norm to which the gradient is clipped. */
  readonly gradientClipNorm?: number | undefined;
  /** Entries of the gradient that are exactly zero, 0 to 1. */
  readonly zeroGradientFraction?: number | undefined;
  /** Entries of the gradient that are NaN or infinite; 1 where it is known only that there are some. */
  readonly nonfiniteGradients?: number | undefined;
  /** The largest loss of all ranks. */
  readonly maximumLoss?: number | undefined;
  /** Of the step what this rank needed itself, without waiting for others. */
  readonly ownSeconds?: number | undefined;
  /** What the worker does from now on, told when it changes. */
  readonly phase?: Phase | undefined;
  /** What the gradient norm is of: all parameters, or those that this rank holds. */
  readonly gradientNormScope?: NormScope | undefined;
  /** Parts of the loss and losses beside it, by name. */
  readonly auxiliaryLosses?: Values | undefined;
  /** Whatever else is to be seen, by name. */
  readonly extras?: Values | undefined;
}

/** A step as it is sent. */
export type WireStep = { -readonly [Name in keyof Step]: Step[Name] } & { step: number; unix_nanos: number };

/**
 * What a step takes on the wire at most, with its tag and length, without what has names of its own: 24 doubles of at most 10 bytes, 14
 * varints of at most 12, and a flag of 2. https://protobuf.dev/programming-guides/encoding/
 */
export const maxStepBytes = 414;
/** What a value by name takes beside its name of at most 3 bytes a character: tags and lengths, and a double. */
const maxNamedBytes = 24;

/** What a step takes on the wire at most. */
export function stepBytes({ extras, auxiliary_losses: losses }: WireStep): number {
  let bytes = maxStepBytes;
  for (const values of [extras, losses]) {
    if (values === undefined) continue;
    for (const name of Object.keys(values)) bytes += maxNamedBytes + 3 * name.length;
  }
  return bytes;
}

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
