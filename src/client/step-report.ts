import type { Values } from './reports.ts';
import type { NormScope, Phase } from './value-kinds.ts';

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
  /**
   * Resident memory of the worker's process with neither a file nor shared memory behind it, `RssAnon` of proc_pid_status(5): the kernel
   * drops the pages of a mapped data set when it needs them.
   */
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
