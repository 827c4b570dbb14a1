import { describe, expect, it } from 'vitest';
import type { ExporterMessage } from '../protocol/index.ts';
import { Outbox } from './outbox.ts';
import { refuse } from './refusals.ts';

function start() {
  const written: (ExporterMessage | string)[] = [];
  const later: (() => void)[] = [];
  const state = { reads: true, dropped: 0 };
  const outbox = new Outbox(
    {
      write: (message) => {
        written.push(message);
        return state.reads;
      },
      end: () => written.push('end'),
      fail: ({ code }) => written.push(code),
    },
    (flush) => later.push(flush),
    () => (state.dropped += 1),
  );
  return {
    outbox,
    written,
    state,
    turn: () => {
      for (const flush of later.splice(0)) flush();
    },
  };
}

const finding = (id: number): ExporterMessage => ({ finding: { id: String(id) } });

describe('Outbox', () => {
  it('makes one acknowledgement of those that come within a turn of the event loop', () => {
    const { outbox, written, turn } = start();
    for (const sequence of [1, 2, 3]) outbox.acknowledge(sequence);
    expect(written).toEqual([]);
    turn();
    outbox.acknowledge(4);
    turn();
    expect(written).toEqual([{ acknowledgement: { sequence: 3 } }, { acknowledgement: { sequence: 4 } }]);
  });

  it('keeps the last acknowledgement and 64 messages for a worker that does not read', () => {
    const { outbox, written, state, turn } = start();
    state.reads = false;
    outbox.send(finding(0));
    for (let id = 1; id <= 100; id += 1) outbox.send(finding(id));
    for (let sequence = 1; sequence <= 1000; sequence += 1) {
      outbox.acknowledge(sequence);
      turn();
    }
    expect(written).toEqual([finding(0)]);
    expect(state.dropped).toBe(36);
    state.reads = true;
    outbox.drained();
    expect(written.slice(1)).toEqual([
      ...Array.from({ length: 64 }, (_, at) => finding(37 + at)),
      { acknowledgement: { sequence: 1000 } },
    ]);
  });

  it('stops again as soon as the worker stops reading', () => {
    const { outbox, written, state } = start();
    state.reads = false;
    for (const id of [1, 2, 3]) outbox.send(finding(id));
    outbox.drained();
    expect(written).toEqual([finding(1), finding(2)]);
  });

  it('says what is safe before it ends the call, also to a worker that does not read', () => {
    const { outbox, written, state, turn } = start();
    state.reads = false;
    outbox.send(finding(1));
    outbox.acknowledge(7);
    outbox.close(refuse('stopping'));
    outbox.acknowledge(8);
    outbox.send(finding(2));
    outbox.close(null);
    turn();
    expect(written).toEqual([finding(1), { acknowledgement: { sequence: 7 } }, 'stopping']);
  });

  it('writes nothing to a call that is gone', () => {
    const { outbox, written, turn } = start();
    outbox.acknowledge(7);
    outbox.abandon();
    turn();
    outbox.drained();
    expect(written).toEqual([]);
  });
});
