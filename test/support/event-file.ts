import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { maskedCrc32c } from '../../src/event-files/crc32c.ts';

const root = protobuf.loadSync(fileURLToPath(new URL('../../proto/tensorboard/event.proto', import.meta.url)));
const message = root.lookupType('tensorboard.Event');

/** The bytes of an event with the values as protobufjs takes them. */
export function eventRecord(event: {
  readonly step: number;
  readonly wallTime: number;
  readonly values: readonly object[];
}): Buffer {
  const { values, ...facts } = event;
  return Buffer.from(message.encode(message.create({ ...facts, summary: { value: values } })).finish());
}

/** A record as it lies in a TFRecord file. */
export function recordOf(data: Buffer, length = BigInt(data.length)): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(length);
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const foot = Buffer.alloc(4);
  foot.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([head, data, foot]);
}
