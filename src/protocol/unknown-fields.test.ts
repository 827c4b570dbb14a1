import { describe, expect, it } from 'vitest';
import { protocol, unknownFields } from './index.ts';

const { requestSerialize } = protocol.Telemetry.service.Report;
const known = requestSerialize({
  batch: { sequence: 1, steps: [{ step: 7, loss: 0.5, extras: { accuracy: 0.25 }, skipped: true }] },
});
/** Field 900 as a varint, as text, and as a double. */
const varint = Buffer.from([0xa0, 0x38, 0x96, 0x01]);
const text = Buffer.from([0xa2, 0x38, 2, 0x68, 0x69]);
const double = Buffer.from([0xa1, 0x38, 0, 0, 0, 0, 0, 0, 0, 0]);

/** A message in the field of another. */
const within = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([field * 8 + 2, bytes.length]), bytes]);

describe('unknownFields', () => {
  it('finds none in a message of this version', () => {
    expect(unknownFields.count('gradwatch.v1.WorkerMessage', known)).toBe(0);
  });

  it.each([
    ['of a message', Buffer.concat([known, varint, text, double]), 3],
    ['of a batch', within(2, Buffer.concat([varint, text])), 2],
    ['of a step of a batch', within(2, within(2, double)), 1],
    ['of an unknown message, which is one', within(15, within(2, double)), 1],
    ['of the last bytes, cut off', Buffer.concat([known, text.subarray(0, 3)]), 1],
  ])('counts those %s', (_, bytes, count) => {
    expect(unknownFields.count('gradwatch.v1.WorkerMessage', bytes)).toBe(count);
  });
});
