import { describe, expect, it } from 'vitest';
import type { ExporterMessage, WorkerMessage__Output } from '../protocol/index.ts';
import { runsDefaults } from '../../test/support/runs-options.ts';
import { Runs } from '../runs/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { IngestCounts } from './metrics.ts';
import { Outbox } from './outbox.ts';
import { refuse } from './refusals.ts';
import { Sessions } from './sessions.ts';
import { WorkerCall, type WorkerCallContext } from './worker-call.ts';

const hello: WorkerMessage__Output = {
  hello: { run: 'digits', rank: 0, world_size: 1, session: 'session-0123456789' },
};

function start(persist: WorkerCallContext['persist'] = null) {
  const table = new SeriesTable();
  const nothing = () => undefined;
  const listener = {
    observation: nothing,
    transition: nothing,
    runEnded: nothing,
    rankForgotten: nothing,
    runForgotten: nothing,
  };
  const runs = new Runs({
    table,
    listener,
    now: () => 1_800_000_000,
    hold: () => 120,
    options: { ...runsDefaults, lifetime: 60, max_runs: 1, max_ranks: 1 },
  });
  const open = new Set<WorkerCall>();
  const context: WorkerCallContext = {
    sessions: new Sessions({ runs, stepsPerSecond: 100, frozenAfter: 15, now: () => 1_800_000_000 }),
    counts: new IngestCounts(table, () => undefined),
    now: () => 1_800_000_000,
    welcome: () => ({ max_message_bytes: 1000, exporter: 'gradwatch 0.1.0', node: 'node-a' }),
    node: 'node-a',
    strayed: nothing,
    opened: (call) => open.add(call),
    answered: nothing,
    gone: (call) => open.delete(call),
    persist,
  };
  return {
    runs,
    open,
    state: () => runs.find('digits', 0)?.state,
    count: (name: string) => {
      const text = expose('text', table.snapshot());
      return Number(new RegExp(`^gradwatch_${name} (.*)$`, 'm').exec(text)?.[1]);
    },
    /** A call that is given these messages, and what it said. */
    call: (...messages: WorkerMessage__Output[]) => {
      const said: (ExporterMessage | string)[] = [];
      const wire = {
        write: (message: ExporterMessage) => said.push(message) > 0,
        end: () => said.push('end'),
        fail: ({ code }: { code: string }) => said.push(code),
      };
      const call = new WorkerCall(
        context,
        new Outbox(
          wire,
          (flush) => {
            flush();
          },
          nothing,
        ),
        { lasting: true, hold: nothing },
      );
      for (const message of messages) call.receive(message);
      return { call, said };
    },
  };
}

const batch = (sequence: number, ...steps: number[]): WorkerMessage__Output => ({
  batch: { sequence, steps: steps.map((step) => ({ step, loss: 1 })) },
});

describe('WorkerCall', () => {
  it.each<[string, WorkerMessage__Output]>([
    ['a batch', batch(1, 1)],
    ['a goodbye', { goodbye: {} }],
    ['nothing that it knows', {}],
  ])('wants a hello first, not %s', (_, message) => {
    const { call, count, open } = start();
    const { said } = call(message, hello);
    expect(said).toEqual(['hello_expected']);
    expect(count('exporter_refused_total\\{reason="hello_expected"\\}')).toBe(1);
    expect(open.size).toBe(0);
  });

  it('takes one hello only; the worker is lost then', () => {
    const { call, state } = start();
    expect(call(hello, hello).said.at(-1)).toBe('hello_repeated');
    expect(state()).toBe('lost');
  });

  it('ignores messages of later versions', () => {
    const { call, state } = start();
    expect(call(hello, {}, batch(1, 1)).said.at(-1)).toEqual({ acknowledgement: { sequence: 1 } });
    expect(state()).toBe('healthy');
  });

  it.each([undefined, 0, 2 ** 53])('ends the call on the sequence %s, which cannot be acknowledged', (sequence) => {
    const { call, count } = start();
    const { said } = call(hello, { batch: { ...(sequence === undefined ? {} : { sequence }), steps: [{ step: 1 }] } });
    expect(said.at(-1)).toBe('sequence_invalid');
    expect(count('exporter_steps_total')).toBe(0);
  });

  it('acknowledges all that it has when it gets a batch again', () => {
    const { call, count } = start();
    const { said } = call(hello, batch(1, 1), batch(2, 2), batch(1, 1));
    expect(said.slice(1)).toEqual([1, 2, 2].map((sequence) => ({ acknowledgement: { sequence } })));
    expect(count('train_steps_total\\{run="digits",rank="0"\\}')).toBe(2);
    expect(count('exporter_duplicates_total')).toBe(1);
  });

  it('counts no gap before the first batch that it sees of a session', () => {
    const { call, count } = start();
    call(hello, batch(57, 57), batch(60, 60));
    expect(count('exporter_missing_batches_total')).toBe(2);
  });

  it('leaves out a number of dropped steps that cannot be, which could not be kept either', () => {
    const { call, runs } = start();
    const { said } = call(hello, { batch: { sequence: 1, dropped_steps: 2 ** 60 } });
    expect(said[1]).toMatchObject({ refusal: { sequence: 1, reason: 'number_invalid' } });
    expect(runs.find('digits', 0)?.intake.save().droppedSteps).toBe(0);
  });

  it('counts the batches that are missing, and ends a call that leaps ahead', () => {
    const { call, count } = start();
    const { said } = call(hello, batch(1), batch(4), batch(2 ** 53 - 1));
    expect(said.at(-1)).toBe('sequence_leap');
    expect(count('exporter_missing_batches_total')).toBe(2);
    expect(count('exporter_refused_total\\{reason="sequence_leap"\\}')).toBe(1);
  });

  it('counts dropped steps once, across connections of a session', () => {
    const { call, count } = start();
    const dropped = (sequence: number, dropped_steps: number) => ({ batch: { sequence, dropped_steps } });
    call(hello, dropped(1, 5), dropped(2, 5), dropped(3, 7)).call.ended();
    call(hello, dropped(4, 9));
    expect(count('rank_dropped_steps_total\\{run="digits",rank="0"\\}')).toBe(9);
  });

  it('takes at most 4,096 steps of a batch', () => {
    const { call, count } = start();
    const { said } = call(hello, batch(1, ...Array.from({ length: 4100 }, (_, step) => step)));
    expect(count('exporter_steps_total')).toBe(4096);
    expect(said[1]).toMatchObject({ refusal: { sequence: 1, reason: 'batch_length' } });
    expect(said[2]).toEqual({ acknowledgement: { sequence: 1 } });
  });

  it('is lost once when its stream ends, and takes nothing after that', () => {
    const { call, state, count, open } = start();
    const worker = call(hello, batch(1, 1));
    worker.call.ended();
    worker.call.ended();
    worker.call.receive(batch(2, 2));
    expect([state(), count('exporter_workers'), open.size]).toEqual(['lost', 0, 0]);
    expect(worker.said.at(-1)).toBe('end');
    expect(count('exporter_batches_total')).toBe(1);
  });

  it('is not lost when its stream ends after a goodbye', () => {
    const { call, state } = start();
    const worker = call(hello, { goodbye: { ending: 'ENDING_PREEMPTED' } });
    worker.call.ended();
    expect([state(), worker.said.at(-1)]).toEqual(['preempted', 'end']);
  });

  it('takes a goodbye that does not say how for a clean end', () => {
    const { call, state } = start();
    call(hello, { goodbye: {} });
    expect(state()).toBe('finished');
  });

  it('keeps its rank when another call of its session has taken over', () => {
    const { call, state, count } = start();
    const first = call(hello, batch(1, 1));
    const second = call(hello);
    expect(first.said.at(-1)).toBe('superseded');
    first.call.ended();
    expect([state(), count('exporter_workers')]).toEqual(['healthy', 1]);
    expect(second.said[0]).toMatchObject({ welcome: { resume_from: 1 } });
  });

  it('leaves the state of its rank when it is dismissed', () => {
    const { call, state } = start();
    const worker = call(hello, batch(1, 1));
    worker.call.dismiss(refuse('stopping'));
    worker.call.ended();
    expect([state(), worker.said.at(-1)]).toEqual(['healthy', 'stopping']);
  });

  describe('with a disk', () => {
    const acknowledged = (said: readonly unknown[]) =>
      said.filter((each) => JSON.stringify(each).includes('acknowledg'));

    it('acknowledges what is in a snapshot, and nothing else', () => {
      const { call, runs } = start(() => Promise.resolve());
      const worker = call(hello, batch(1, 1), batch(2, 2));
      worker.call.acknowledge();
      expect(acknowledged(worker.said)).toEqual([]);
      expect([...runs.section.save()]).toHaveLength(1);
      worker.call.receive(batch(3, 3));
      runs.section.saved?.();
      worker.call.acknowledge();
      worker.call.receive(batch(2, 2));
      expect(acknowledged(worker.said)).toEqual([2, 2].map((sequence) => ({ acknowledgement: { sequence } })));
    });

    it('goes on from what it has, and acknowledges what of it is on disk', () => {
      const { call, runs } = start(() => Promise.resolve());
      call(hello, batch(1, 1)).call.ended();
      expect([...runs.section.save()]).toHaveLength(1);
      runs.section.saved?.();
      call(hello, batch(2, 2)).call.ended();
      const { said } = call(hello);
      expect(said[0]).toMatchObject({ welcome: { resume_from: 2 } });
      expect(said[1]).toEqual({ acknowledgement: { sequence: 1 } });
    });

    it('lets a worker that says goodbye wait for the disk, also when its stream has ended meanwhile', async () => {
      let written: () => void = () => undefined;
      const { call, runs, state } = start(
        () =>
          new Promise(
            (resolve) =>
              (written = () => {
                resolve(null);
              }),
          ),
      );
      const worker = call(hello, batch(1, 1), { goodbye: {} });
      expect(state()).toBe('finished');
      worker.call.ended();
      expect(worker.said).toHaveLength(1);
      expect([...runs.section.save()]).toHaveLength(1);
      runs.section.saved?.();
      written();
      await Promise.resolve();
      expect(worker.said.slice(1)).toEqual([{ acknowledgement: { sequence: 1 } }, 'end']);
    });
  });

  it('gives the rank of a lost session to any other', () => {
    const { call, state } = start();
    call(hello, batch(9, 1)).call.ended();
    const other = call({ hello: { ...hello.hello, session: 'another-0123456789' } });
    expect(other.said[0]).toMatchObject({ welcome: { resume_from: 0 } });
    expect(state()).toBe('initializing');
  });
});
