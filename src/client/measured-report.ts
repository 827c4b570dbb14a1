import { protocol } from '../protocol/index.ts';
import type { WireReport } from './reports.ts';
import type { WireStep } from './step-report.ts';

/** What an exporter takes of a message that does not say it. */
const maxBytes = 65_536;

/** A report with what it takes in a batch. */
export interface MeasuredReport extends WireReport {
  readonly bytes: number;
}

/** What waits to be sent in batches. */
export type Item = WireStep | MeasuredReport;

/**
 * Tries whether a report can be sent: training scripts are often plain JavaScript, and nothing is believed.
 * @throws TypeError when it has not the shape of a message, RangeError when it is larger than every exporter takes
 */
export function measure({ part, message }: WireReport): MeasuredReport {
  const { length: bytes } = protocol.Telemetry.service.Report.requestSerialize({ batch: { [part]: [message] } });
  if (bytes > maxBytes) throw new RangeError(`it takes ${bytes} bytes, more than ${maxBytes}`);
  return { part, message, bytes };
}
