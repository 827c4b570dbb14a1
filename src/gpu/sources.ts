import { gauge, states, type SeriesGroup } from '../series/index.ts';

/** How asking nvidia-smi goes. Each has a remedy of its own, so they are told apart. */
export const sourceStates = [
  'ok',
  /** It answers, but late. */
  'slow',
  /** It prints nothing and is being ended. */
  'hung',
  /** It does not end: it waits inside the driver. */
  'stuck',
  /** It is not asked, for another call does not answer. */
  'blocked',
  /** It ends with an error, or prints what cannot be understood. */
  'failing',
  /** The program is not there, though it should be. */
  'absent',
  /** There is nothing to ask about on this node. */
  'no_gpu',
] as const;
export type SourceState = (typeof sourceStates)[number];

export const sourceMetrics = {
  source: states('gradwatch_gpu_source_state', {
    help: 'How asking nvidia-smi goes, by the collector that asks',
    labels: ['collector'],
    states: sourceStates,
  }),
} as const;

/** Of both collectors together. */
export const callMetrics = {
  uninterruptible: gauge('gradwatch_gpu_calls_uninterruptible', {
    help: 'Calls of nvidia-smi that are being ended and are not gone, for they wait inside the driver (process state D)',
  }),
} as const;

export type Sources = SeriesGroup<keyof typeof sourceMetrics, 'collector'>;

/** What a reason of failure says of the source: the same, where it has a state of its own. */
export function sourceState(reason: string): SourceState {
  return sourceStates.find((state) => state === reason) ?? 'failing';
}
