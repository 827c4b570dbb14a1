import type { Event } from '../../protocol/index.ts';
import type { EventReport, EventType } from '../../runs/index.ts';
import { description } from './foreign-text.ts';
import type { Refusal } from '../refusals.ts';
import { enumOf } from './told-enum.ts';
import { timeOf } from './told-time.ts';
import { numberOf } from './number.ts';

const types: Readonly<Record<string, EventType>> = {
  TYPE_CHECKPOINT: 'checkpoint',
  TYPE_EXCEPTION: 'exception',
  TYPE_RESTART: 'restart',
  TYPE_ROLLBACK: 'rollback',
  TYPE_LEARNING_RATE_CHANGE: 'learning_rate_change',
  TYPE_DATA_SKIP: 'data_skip',
  TYPE_OUT_OF_MEMORY: 'out_of_memory',
  TYPE_COLLECTIVE_TIMEOUT: 'collective_timeout',
  TYPE_CUSTOM: 'custom',
};
const maxMessageLength = 512;

/** An event as the runs take it: one of a type that is not known is a custom one. */
export function validateEvent(event: Event, arrival: number, refused: (refusal: Refusal) => void): EventReport {
  return {
    type: enumOf(types, event.type, 'Event.type', refused) ?? 'custom',
    step: numberOf(event.step, 'count', 'Event.step', refused),
    time: timeOf(event.unix_nanos, arrival, 'Event.unix_nanos', refused),
    message: description(event.message, maxMessageLength),
    value: event.value ?? null,
  };
}
