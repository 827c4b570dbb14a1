import { protocol, type WorkerMessage__Output } from '../protocol/index.ts';
import { refuse, type Refusal } from './refusals.ts';

export type Decoded = { readonly message: WorkerMessage__Output } | { readonly refusal: Refusal };

/** Reads the bytes of one message of a worker. Never throws: what cannot be read is a refusal like any other. */
export function decode(bytes: Buffer, maxBytes: number): Decoded {
  if (bytes.length > maxBytes) return { refusal: refuse('message_size', { bytes: bytes.length, limit: maxBytes }) };
  try {
    return { message: protocol.Telemetry.service.Report.requestDeserialize(bytes) };
  } catch {
    return { refusal: refuse('malformed') };
  }
}
