import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { scalarOf, type TensorMessage } from './scalar.ts';

/** What an event tells of a step. */
export interface Event {
  readonly step: number;
  /** Unix seconds. */
  readonly time: number;
  /** Scalars by tag, in the order in which they were written. */
  readonly scalars: readonly (readonly [tag: string, value: number])[];
}

const root = protobuf.loadSync(fileURLToPath(new URL('../../proto/tensorboard/event.proto', import.meta.url)));
const message = root.lookupType('tensorboard.Event');

interface EventMessage {
  readonly wallTime?: number;
  readonly step?: number;
  readonly summary?: {
    readonly value?: readonly {
      readonly tag?: string;
      readonly simpleValue?: number;
      readonly tensor?: TensorMessage;
    }[];
  };
}

/** Reads a record of an event file; null where it is no event. Values that are no scalars are left out. */
export function parseEvent(bytes: Uint8Array): Event | null {
  let event: EventMessage;
  try {
    event = message.toObject(message.decode(bytes), { longs: Number });
  } catch {
    return null;
  }
  const scalars: [string, number][] = [];
  for (const { tag, simpleValue, tensor } of event.summary?.value ?? []) {
    const value = simpleValue ?? (tensor === undefined ? null : scalarOf(tensor));
    if (tag !== undefined && value !== null) scalars.push([tag, value]);
  }
  return { step: event.step ?? 0, time: event.wallTime ?? NaN, scalars };
}
