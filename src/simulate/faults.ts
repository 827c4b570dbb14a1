import type { Gpu } from './gpu.ts';

/** What can be wrong, as the control file writes it. `gpu` is the index. */
export type Fault =
  /** The card answers with an error in place of its readings; `nameless`: in place of its identity too. */
  | {
      readonly kind: 'lost' | 'requires_reset' | 'unknown_error' | 'not_permitted';
      readonly gpu: number;
      readonly nameless?: boolean;
    }
  /** The card's row is not there. */
  | { readonly kind: 'row_gone'; readonly gpu: number }
  /** No handle for the card: every query that includes it fails as a whole. */
  | { readonly kind: 'no_handle'; readonly gpu: number }
  | { readonly kind: 'no_devices' }
  | { readonly kind: 'no_driver' }
  | { readonly kind: 'exit'; readonly code: number; readonly text: string }
  /** Prints nothing; `stubborn`: does not end on SIGTERM either. */
  | { readonly kind: 'hang'; readonly stubborn?: boolean }
  /** Every query takes so long. */
  | { readonly kind: 'slow'; readonly seconds: number };

/** What a fault does to one query. */
export type Effect =
  | { readonly on: 'row'; readonly gpu: number; readonly text: string; readonly nameless: boolean }
  | { readonly on: 'list'; readonly gpu: number }
  | { readonly on: 'query'; readonly code: number; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly on: 'time'; readonly seconds: number }
  | { readonly on: 'none' };

/** The words of nvidia-smi for what NVML answers, in brackets as CSV shows them. */
const words = {
  lost: '[GPU is lost]',
  requires_reset: '[GPU requires reset]',
  unknown_error: '[Unknown Error]',
  not_permitted: '[Insufficient Permissions]',
} as const;

/**
 * The effect of a fault on a query of these GPUs. Exit codes are those of nvidia-smi(1), RETURN VALUE: 6 a query found nothing,
 * 9 driver not loaded, 255 other error.
 */
export function effect(fault: Fault, queried: readonly Gpu[]): Effect {
  switch (fault.kind) {
    case 'lost':
    case 'requires_reset':
    case 'unknown_error':
    case 'not_permitted':
      return { on: 'row', gpu: fault.gpu, text: words[fault.kind], nameless: fault.nameless ?? false };
    case 'row_gone':
      return { on: 'list', gpu: fault.gpu };
    case 'no_handle': {
      const gpu = queried.find(({ index }) => index === fault.gpu);
      if (gpu === undefined) return { on: 'none' };
      const text = `Unable to determine the device handle for GPU0000:${gpu.bus}:00.0: Unknown Error`;
      return { on: 'query', code: 255, stream: 'stderr', text };
    }
    case 'no_devices':
      return { on: 'query', code: 6, stream: 'stdout', text: 'No devices were found' };
    case 'no_driver':
      return {
        on: 'query',
        code: 9,
        stream: 'stdout',
        text:
          "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. " +
          'Make sure that the latest NVIDIA driver is installed and running.\n',
      };
    case 'exit':
      return { on: 'query', code: fault.code, stream: 'stderr', text: fault.text };
    case 'hang':
      return { on: 'time', seconds: Infinity };
    case 'slow':
      return { on: 'time', seconds: fault.seconds };
    default:
      throw new Error(`the control file names a fault that does not exist: ${JSON.stringify(fault satisfies never)}`);
  }
}
