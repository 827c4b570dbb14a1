import { protocol, type SingleReport, type WorkerMessage__Output } from '../protocol/index.ts';
import { refuse, type Refusal } from './refusals.ts';

export type Decoded<Message = WorkerMessage__Output> = { readonly message: Message } | { readonly refusal: Refusal };

const { Report, ReportOnce } = protocol.Telemetry.service;

/** Reads the bytes of one message of a worker. Never throws: what cannot be read is a refusal like any other. */
export function decode(bytes: Buffer, maxBytes: number): Decoded {
  return within(bytes, maxBytes, Report.requestDeserialize);
}

/** Reads the bytes of a {@link SingleReport}, likewise. */
export function decodeOnce(bytes: Buffer, maxBytes: number): Decoded<SingleReport> {
  return within(bytes, maxBytes, ReportOnce.requestDeserialize);
}

function within<Message>(bytes: Buffer, maxBytes: number, read: (bytes: Buffer) => Message): Decoded<Message> {
  if (bytes.length > maxBytes) return { refusal: refuse('message_size', { bytes: bytes.length, limit: maxBytes }) };
  try {
    return { message: read(bytes) };
  } catch {
    return { refusal: refuse('malformed') };
  }
}
