import { busId, type Gpu } from './machine.ts';
import type { Trouble } from './trouble.ts';

/** A call of nvidia-smi that answers with readings; what a fault may be confined to. */
export type Call = 'query-gpu' | 'document' | 'list' | 'link-rates' | 'link-errors' | 'link-traffic';

/** Why a card runs below its clock, by the name that the fields have for it. */
export type ThrottleReason =
  | 'sw_power_cap'
  | 'hw_slowdown'
  | 'hw_thermal_slowdown'
  | 'hw_power_brake_slowdown'
  | 'sw_thermal_slowdown'
  | 'sync_boost';

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
  /** The driver says another number of GPUs than it lists. */
  | { readonly kind: 'miscounted'; readonly count: number }
  | { readonly kind: 'no_devices' }
  /** The kernel module is not loaded. */
  | { readonly kind: 'no_driver' }
  /** The kernel module is of another version than its library, as after an upgrade without a reboot. */
  | { readonly kind: 'driver_mismatch' }
  | { readonly kind: 'exit'; readonly code: number; readonly text: string; readonly call?: Call }
  /** Prints nothing; `stubborn`: does not end on SIGTERM either. */
  | { readonly kind: 'hang'; readonly stubborn?: boolean; readonly call?: Call }
  /** Every query takes so long. */
  | { readonly kind: 'slow'; readonly seconds: number; readonly call?: Call }
  /** The card has counted memory errors, `per_minute` more ever since the control file was written. */
  | {
      readonly kind: 'ecc';
      readonly gpu: number;
      readonly severity: 'corrected' | 'uncorrected';
      readonly location: 'dram' | 'sram';
      readonly count: number;
      readonly per_minute?: number;
    }
  /** The card runs below its clock, and the time of it is counted since the control file was written. */
  | { readonly kind: 'throttled'; readonly gpu: number; readonly reason: ThrottleReason }
  | Trouble
  /** The driver does not know the field: the help text lacks it and queries with it are refused. */
  | { readonly kind: 'field_gone'; readonly field: string }
  /** The card prints this in the place of what it measures: `-5`, `94,5 W`. */
  | { readonly kind: 'says'; readonly gpu: number; readonly field: string; readonly text: string }
  /** A unit is printed as another one; the figures stay. */
  | { readonly kind: 'wrong_unit'; readonly unit: string; readonly shown: string }
  /** Output ends after this share of it, in mid line or mid document, and the program with it. */
  | { readonly kind: 'truncated'; readonly share: number; readonly call?: Call }
  /** Bytes without meaning in place of the output. */
  | { readonly kind: 'garbage'; readonly call?: Call };

type FaultKind = Fault['kind'];

/** How a fault ends a call instead of its answer. */
export interface Failure {
  readonly code: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** The words of nvidia-smi for what NVML answers (nvmlErrorString); CSV puts them into brackets. */
export const cardErrors = {
  lost: 'GPU is lost',
  requires_reset: 'GPU requires reset',
  unknown_error: 'Unknown Error',
  not_permitted: 'Insufficient Permissions',
} as const;

export type CardFault = Extract<Fault, { kind: keyof typeof cardErrors }>;

export function isCardFault(fault: Fault): fault is CardFault {
  return fault.kind in cardErrors;
}

/**
 * How a fault fails a call about these GPUs; null when it lets it answer. Exit codes are those of nvidia-smi(1), RETURN VALUE: 6 a
 * query found nothing, 9 driver not loaded, 255 other error; else the code of NVML, 18 for a version mismatch.
 */
export function failure(fault: Fault, call: Call, queried: readonly Gpu[]): Failure | null {
  if (fault.kind === 'no_handle') {
    const gpu = queried.find(({ index }) => index === fault.gpu);
    if (gpu === undefined) return null;
    const text = `Unable to determine the device handle for GPU${busId(gpu).slice(4)}: Unknown Error`;
    return { code: 255, stream: 'stderr', text };
  }
  if (fault.kind === 'exit')
    return concerns(fault, call) ? { code: fault.code, stream: 'stderr', text: fault.text } : null;
  return driverFailures.get(fault.kind) ?? null;
}

const driverFailures: ReadonlyMap<FaultKind, Failure> = new Map([
  ['no_devices', { code: 6, stream: 'stdout', text: 'No devices were found' }],
  [
    'no_driver',
    {
      code: 9,
      stream: 'stdout',
      text:
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. " +
        'Make sure that the latest NVIDIA driver is installed and running.\n',
    },
  ],
  [
    'driver_mismatch',
    { code: 18, stream: 'stdout', text: 'Failed to initialize NVML: Driver/library version mismatch' },
  ],
]);

/** Whether a fault that may be confined to one call is about this one. */
export function concerns(fault: { readonly call?: Call }, call: Call): boolean {
  return fault.call === undefined || fault.call === call;
}
