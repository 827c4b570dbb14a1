import { protocol, type BatchMessage } from '../protocol/index.ts';
import type { Part, WireReport } from './reports.ts';
import { stepBytes, type WireStep } from './wire-step.ts';

const { requestSerialize, requestDeserialize } = protocol.Telemetry.service.Report;

/** No batch is larger: it would gain nothing, and hold up the other workers of the exporter. */
export const maxMessageBytes = 262_144;

/** A report as it waits, outside of the heap of its thread. */
export interface MeasuredReport {
  readonly part: Part;
  /** A message with this report alone. */
  readonly wire: Buffer;
}

/** What waits to be sent in batches. */
export type Item = WireStep | MeasuredReport;

/**
 * Tries whether a report can be sent: training scripts are often plain JavaScript, and nothing is believed.
 * @throws TypeError when it has not the shape of a message, RangeError when it is larger than any batch
 */
export function measure({ part, message }: WireReport): MeasuredReport {
  const wire = requestSerialize({ batch: { [part]: [message] } });
  if (wire.length > maxMessageBytes) {
    throw new RangeError(`it takes ${wire.length} bytes, more than ${maxMessageBytes}; report less at a time`);
  }
  return { part, wire };
}

/** Parts of a batch from reports that waited. */
export function unpack(reports: readonly MeasuredReport[]): BatchMessage {
  const batch: Record<string, object[]> = {};
  for (const { part, wire } of reports) (batch[part] ??= []).push(...(requestDeserialize(wire).batch?.[part] ?? []));
  return batch;
}

/** What an item adds to a batch at most. */
export function itemBytes(item: Item): number {
  return 'part' in item ? item.wire.length : stepBytes(item);
}

/** What an item adds to a batch, to the byte or a few more: costs as much as sending it. */
export function exactBytes(item: Item): number {
  return 'part' in item ? item.wire.length : requestSerialize({ batch: { steps: [item] } }).length;
}
