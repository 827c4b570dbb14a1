import type { Exit } from '../programs/index.ts';
import { busId } from './pci.ts';

/** What an end means. */
export type Ending =
  /** The program is not there, or what loads it is not. */
  | { readonly kind: 'no_program' }
  /** The program may not be run by us. */
  | { readonly kind: 'not_permitted' }
  /** The driver lists no GPU. */
  | { readonly kind: 'no_devices' }
  /** The driver does not answer: it is not loaded, as on a node without GPUs, or its library is not there. */
  | { readonly kind: 'no_driver'; readonly said: string }
  /** The driver is there and does not let its library in: it is of another version, is not for us, or fails. */
  | { readonly kind: 'driver_refuses'; readonly said: string }
  /** One GPU has no handle, and the whole query failed with it. */
  | { readonly kind: 'no_handle'; readonly bus: string | null; readonly index: number | null; readonly said: string }
  /** The driver no longer knows one of the fields. */
  | { readonly kind: 'field_refused'; readonly said: string }
  | { readonly kind: 'failed'; readonly said: string };

/**
 * Tells the ends apart by what was printed, on either stream: nvidia-smi writes most of its complaints to standard output. The texts
 * have been the same for a decade; the exit codes of nvidia-smi(1) are not relied on.
 */
export function ending(exit: Exit, printed: string): Ending {
  if (exit.error === 'ENOENT') return { kind: 'no_program' };
  if (exit.error === 'EACCES') return { kind: 'not_permitted' };
  const said = `${exit.stderr}\n${printed}`.trim();
  const handle = noHandle(said);
  if (handle !== null) return { kind: 'no_handle', ...handle, said: firstLine(said) };
  if (/no devices (were )?found/i.test(said)) return { kind: 'no_devices' };
  if (/couldn't communicate with the nvidia driver|couldn't find libnvidia-ml|nvml: driver not loaded/i.test(said)) {
    return { kind: 'no_driver', said: firstLine(said) };
  }
  if (/failed to initialize nvml/i.test(said)) return { kind: 'driver_refuses', said: firstLine(said) };
  if (/is not a valid field/i.test(said)) return { kind: 'field_refused', said: firstLine(said) };
  const how =
    exit.error !== null
      ? `could not be started: ${exit.error}`
      : exit.signal !== null
        ? `was ended by ${exit.signal}`
        : `ended with exit code ${exit.code ?? 'unknown'}`;
  return { kind: 'failed', said: said === '' ? how : `${how}: ${firstLine(said)}` };
}

/**
 * The GPU of "Unable to determine the device handle for GPU…". Seen forms of the name: `GPU0000:CF:00.0`, `GPU 0000:0B:00.0`,
 * `GPU0: 0000:01:00.0`, `GPU 0`.
 */
export function noHandle(text: string): { readonly bus: string | null; readonly index: number | null } | null {
  const [, name] = /unable to determine the device handle for gpu([^\n]*)/i.exec(text) ?? [];
  if (name === undefined) return null;
  const bus = busId(name);
  const [, index] = /^\s*(\d{1,3})\b/.exec(name) ?? [];
  return { bus, index: bus === null && index !== undefined ? Number(index) : null };
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 300);
}
