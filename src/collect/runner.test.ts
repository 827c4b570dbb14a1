import { beforeEach, describe, expect, it, vi } from 'vitest';
import { expose, gauge, SeriesTable } from '../series/index.ts';
import {
  type Collector,
  type CollectorDeclaration,
  CollectorError,
  CollectorRunner,
  PartialReading,
  SourceAbsent,
  type Timers,
} from './index.ts';

/** A clock that the test moves; promises settle between two of its timers. */
class FakeTimers implements Timers {
  #now = 0;
  #queue: { at: number; call: () => void }[] = [];

  readonly monotonic = () => this.#now;

  readonly after = (seconds: number, call: () => void) => {
    const entry = { at: this.#now + seconds, call };
    this.#queue.push(entry);
    return () => {
      this.#queue = this.#queue.filter((other) => other !== entry);
    };
  };

  get pending(): number {
    return this.#queue.length;
  }

  async advance(seconds: number): Promise<void> {
    const end = this.#now + seconds;
    for (;;) {
      await settle();
      const next = this.#queue.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#queue = this.#queue.filter((entry) => entry !== next);
      next.call();
    }
    this.#now = end;
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

interface Line {
  readonly level: string;
  readonly message: string;
}

let timers: FakeTimers;
let table: SeriesTable;
let lines: Line[];
let runner: CollectorRunner;

beforeEach(() => {
  timers = new FakeTimers();
  table = new SeriesTable();
  lines = [];
  const log = (level: string) => (_facts: object, message: string) => void lines.push({ level, message });
  const logger = { info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug') };
  runner = new CollectorRunner(
    { table, logger, now: () => 1_000 + timers.monotonic(), procRoot: '/proc', sysRoot: '/sys', hostRoot: '/' },
    timers,
  );
});

function declare(name: string, collector: Partial<Collector>): CollectorDeclaration {
  return {
    name,
    metrics: {},
    create: () => ({
      intervalSeconds: 10,
      budgetSeconds: 2,
      collect: () => Promise.resolve(),
      expire: () => undefined,
      ...collector,
    }),
  };
}

function series(): readonly string[] {
  return expose('text', table.snapshot())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const hang = () => new Promise<void>(() => undefined);

describe('CollectorRunner', () => {
  it('reads at once and then on the beat', async () => {
    const readAt: number[] = [];
    runner.add(
      declare('cpu', {
        collect: () => {
          readAt.push(timers.monotonic());
          return Promise.resolve();
        },
      }),
      {},
    );
    expect(readAt).toEqual([]);
    runner.start();
    await timers.advance(35);
    expect(readAt).toEqual([0, 10, 20, 30]);
    expect(series()).toEqual([
      'gradwatch_exporter_collector_success{collector="cpu"} 1',
      'gradwatch_exporter_collector_duration_seconds{collector="cpu"} 0',
      'gradwatch_exporter_collector_last_success_timestamp_seconds{collector="cpu"} 1030',
      'gradwatch_exporter_collector_failures_total{collector="cpu",reason="timeout"} 0',
    ]);
    expect(lines).toEqual([]);
  });

  it('has no series of a collector before its first reading has ended, and names it as waited for', async () => {
    runner.add(declare('slow', { collect: () => new Promise((resolve) => timers.after(1, resolve)) }), {});
    runner.add(declare('fast', {}), {});
    runner.start();
    await timers.advance(0.5);
    expect(runner.waiting).toEqual(['slow']);
    expect(series().filter((line) => line.includes('slow'))).toEqual([]);
    await timers.advance(1);
    expect(runner.waiting).toEqual([]);
    expect(series()).toContain('gradwatch_exporter_collector_duration_seconds{collector="slow"} 1');
  });

  it('keeps its grid when a reading is slow, and leaves out the beats that the reading covers', async () => {
    const readAt: number[] = [];
    const collect = () => {
      readAt.push(timers.monotonic());
      return new Promise<void>((resolve) => timers.after(readAt.length === 1 ? 25 : 0, resolve));
    };
    runner.add(declare('slow', { collect, budgetSeconds: 60 }), {});
    runner.start();
    await timers.advance(45);
    expect(readAt).toEqual([0, 30, 40]);
  });

  it('gives a hanging reading up at its budget, harms no other, and starts no second one', async () => {
    let started = 0;
    let aborted = 0;
    const collect = (signal: AbortSignal) => {
      started += 1;
      signal.addEventListener('abort', () => (aborted += 1));
      return hang();
    };
    let healthy = 0;
    runner.add(declare('stuck', { collect }), {});
    runner.add(declare('healthy', { collect: () => Promise.resolve(void (healthy += 1)) }), {});
    runner.start();
    await timers.advance(1.9);
    expect(aborted).toBe(0);
    await timers.advance(100);
    expect({ started, aborted, healthy }).toEqual({ started: 1, aborted: 1, healthy: 11 });
    expect(series()).toEqual([
      'gradwatch_exporter_collector_success{collector="stuck"} 0',
      'gradwatch_exporter_collector_success{collector="healthy"} 1',
      'gradwatch_exporter_collector_duration_seconds{collector="stuck"} 2',
      'gradwatch_exporter_collector_duration_seconds{collector="healthy"} 0',
      'gradwatch_exporter_collector_last_success_timestamp_seconds{collector="healthy"} 1100',
      'gradwatch_exporter_collector_failures_total{collector="healthy",reason="timeout"} 0',
      'gradwatch_exporter_collector_failures_total{collector="stuck",reason="timeout"} 1',
    ]);
  });

  it('reads again once a stuck reading has ended', async () => {
    let started = 0;
    const collect = () => {
      started += 1;
      return started === 1 ? new Promise<void>((resolve) => timers.after(15, resolve)) : Promise.resolve();
    };
    runner.add(declare('late', { collect }), {});
    runner.start();
    await timers.advance(19);
    expect(series()[0]).toBe('gradwatch_exporter_collector_success{collector="late"} 0');
    await timers.advance(2);
    expect(started).toBe(2);
    expect(series()[0]).toBe('gradwatch_exporter_collector_success{collector="late"} 1');
  });

  it('counts failures by reason, also those that are thrown at once and those without a reason', async () => {
    const outcomes: (() => Promise<void>)[] = [
      () => Promise.reject(new CollectorError('unreadable', 'no such file')),
      () => {
        throw new CollectorError('unreadable', 'no such file');
      },
      () => Promise.reject(new TypeError('x is undefined')),
    ];
    let reading = 0;
    runner.add(declare('bad', { collect: () => outcomes[reading++ % 3]!() }), {});
    runner.start();
    await timers.advance(29);
    expect(series()).toEqual([
      'gradwatch_exporter_collector_success{collector="bad"} 0',
      'gradwatch_exporter_collector_duration_seconds{collector="bad"} 0',
      'gradwatch_exporter_collector_failures_total{collector="bad",reason="timeout"} 0',
      'gradwatch_exporter_collector_failures_total{collector="bad",reason="unreadable"} 2',
      'gradwatch_exporter_collector_failures_total{collector="bad",reason="unexpected"} 1',
    ]);
  });

  it('counts from zero what may fail once between good readings, where there is something to read', async () => {
    runner.add({ ...declare('gpu', {}), passingReasons: ['hung'] }, {});
    const absent = new SourceAbsent('other_system', 'Linux only');
    runner.add(declare('net', { collect: () => Promise.reject(absent) }), {});
    runner.start();
    await timers.advance(5);
    expect(series().filter((line) => line.includes('failures_total'))).toEqual([
      'gradwatch_exporter_collector_failures_total{collector="gpu",reason="timeout"} 0',
      'gradwatch_exporter_collector_failures_total{collector="gpu",reason="hung"} 0',
    ]);
  });

  it('says why a source does not answer, until it does; another failure is an answer', async () => {
    const outcomes: (() => Promise<void>)[] = [
      () => new Promise((resolve) => timers.after(15, resolve)),
      () => Promise.resolve(),
      () => Promise.reject(new CollectorError('hung', 'it has printed nothing for 15 s')),
      () => Promise.reject(new CollectorError('unreadable', 'no such file')),
    ];
    let reading = 0;
    runner.add(declare('gpu', { collect: () => outcomes[reading++]!(), budgetSeconds: 5 }), {});
    runner.start();
    expect([...runner.stuck]).toEqual([]);
    await timers.advance(6);
    expect(runner.stuck.get('gpu')).toMatch(/^no reading within its budget of 5 s/);
    await timers.advance(15);
    expect([...runner.stuck]).toEqual([]);
    await timers.advance(10);
    expect([...runner.stuck]).toEqual([['gpu', 'it has printed nothing for 15 s']]);
    await timers.advance(10);
    expect([...runner.stuck]).toEqual([]);
  });

  it('reports how each collector does, with the reason and sentence of what does not work', async () => {
    runner.add(declare('good', { collect: () => Promise.resolve() }), {});
    runner.add(declare('bad', { collect: () => Promise.reject(new Error('no luck')) }), {});
    const absent = () => Promise.reject(new SourceAbsent('other_system', 'Linux only'));
    runner.add(declare('elsewhere', { collect: absent }), {});
    expect(runner.reports.map(({ state }) => state)).toEqual(['starting', 'starting', 'starting']);
    runner.start();
    await settle();
    expect(runner.reports).toEqual([
      { name: 'good', state: 'works' },
      { name: 'bad', state: 'failing', reason: 'unexpected', message: 'no luck' },
      { name: 'elsewhere', state: 'absent', reason: 'other_system', message: 'Linux only' },
    ]);
  });

  it('shows that there is nothing to read, and why, as neither success nor failure', async () => {
    const absent = new SourceAbsent('container', 'it would show the container');
    const outcomes: (() => Promise<void>)[] = [
      () => Promise.resolve(),
      () => Promise.reject(absent),
      () => Promise.reject(absent),
      () => Promise.reject(new CollectorError('unreadable', 'no such file')),
    ];
    let reading = 0;
    let expired = 0;
    runner.add(declare('net', { collect: () => outcomes[reading++]!(), expire: () => void (expired += 1) }), {});
    runner.start();
    await timers.advance(25);
    expect(runner.waiting).toEqual([]);
    expect(expired).toBeGreaterThan(0);
    expect(series()).toEqual([
      'gradwatch_exporter_collector_failures_total{collector="net",reason="timeout"} 0',
      'gradwatch_exporter_collector_absent{collector="net",reason="container"} 1',
    ]);
    expect(lines).toEqual([{ level: 'info', message: 'collector net reads nothing: it would show the container' }]);
    await timers.advance(10);
    expect(series()).toEqual([
      'gradwatch_exporter_collector_success{collector="net"} 0',
      'gradwatch_exporter_collector_duration_seconds{collector="net"} 0',
      'gradwatch_exporter_collector_failures_total{collector="net",reason="timeout"} 0',
      'gradwatch_exporter_collector_failures_total{collector="net",reason="unreadable"} 1',
    ]);
  });

  it('logs a failure when it begins, when it changes, and when it is over for good', async () => {
    const outcomes = [null, 'a', 'a', 'b', null, 'b', null, null, 'b', null, null, null, 'b'];
    let reading = 0;
    const collect = () => {
      const message = outcomes[reading++];
      return message === null || message === undefined
        ? Promise.resolve()
        : Promise.reject(new CollectorError('unreadable', message));
    };
    runner.add(declare('bad', { collect }), {});
    runner.start();
    await timers.advance(125);
    expect(lines).toEqual([
      { level: 'warn', message: 'collector bad failed: a' },
      { level: 'warn', message: 'collector bad failed: b' },
      { level: 'info', message: 'collector bad works again' },
      { level: 'warn', message: 'collector bad failed: b' },
    ]);
  });

  it('expires readings once the last good one is three intervals and a budget old', async () => {
    const expiredAt: number[] = [];
    let reading = 0;
    const collect = () => (reading++ < 2 ? Promise.resolve() : Promise.reject(new CollectorError('gone', 'gone')));
    runner.add(declare('bad', { collect, expire: () => void expiredAt.push(timers.monotonic()) }), {});
    runner.start();
    await timers.advance(41.9);
    expect(expiredAt).toEqual([]);
    await timers.advance(100);
    expect(expiredAt[0]).toBe(42);
  });

  it('keeps what a partial reading brought as long as that of a good one, and counts it as a failure', async () => {
    const expiredAt: number[] = [];
    let reading = 0;
    const collect = () => {
      reading += 1;
      throw new (reading <= 10 ? PartialReading : CollectorError)('unreadable', 'a card has no name');
    };
    runner.add(declare('pods', { collect, expire: () => void expiredAt.push(timers.monotonic()) }), {});
    runner.start();
    await timers.advance(100);
    expect(expiredAt).toEqual([]);
    await timers.advance(200);
    // Three intervals and a budget after the tenth reading, at 90.
    expect(expiredAt[0]).toBe(90 + 3 * 10 + 2);
  });

  it('expires the readings of a collector that hangs, and again what a late reading leaves', async () => {
    const expiredAt: number[] = [];
    let reading = 0;
    const collect = () => (reading++ === 0 ? Promise.resolve() : new Promise<void>((r) => timers.after(50, r)));
    runner.add(declare('stuck', { collect, expire: () => void expiredAt.push(timers.monotonic()) }), {});
    runner.start();
    await timers.advance(59);
    expect(expiredAt).toEqual([32]);
    await timers.advance(2);
    expect(expiredAt).toEqual([32, 60]);
  });

  it('goes on when a collector throws while it clears its series', async () => {
    let reading = 0;
    const collect = () => (reading++ === 1 ? Promise.resolve() : Promise.reject(new CollectorError('gone', 'gone')));
    const expire = () => {
      throw new Error('no row');
    };
    runner.add(declare('bad', { collect, expire }), {});
    runner.start();
    await timers.advance(100);
    expect(reading).toBe(11);
    expect(lines).toContainEqual({ level: 'error', message: 'collector bad could not clear its series' });
  });

  it('stops: gives up the present reading, ends the collector, leaves no timer and counts nothing more', async () => {
    let stopped = 0;
    let signal: AbortSignal | undefined;
    const collect = (given: AbortSignal) => {
      signal = given;
      return new Promise<void>((_, reject) => {
        given.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    };
    runner.add(declare('busy', { collect, stop: () => Promise.resolve(void (stopped += 1)) }), {});
    runner.start();
    await settle();
    await runner.stop();
    expect({ stopped, aborted: signal?.aborted, pending: timers.pending }).toEqual({
      stopped: 1,
      aborted: true,
      pending: 0,
    });
    expect(series()).toEqual([]);
  });

  it('does not wait for a collector that never ends, and says so', async () => {
    runner.add(declare('stuck', { stop: hang }), {});
    runner.add(declare('bad', { stop: () => Promise.reject(new Error('no')) }), {});
    runner.start();
    const stopped = runner.stop();
    await timers.advance(5);
    await stopped;
    expect(lines.map(({ message }) => message).sort()).toEqual([
      'collector bad failed to stop',
      'collector stuck did not stop within 5 s',
    ]);
  });

  it('gives a collector another interval: reads at once, and what it read lives as long as the new one wants', async () => {
    const readAt: number[] = [];
    const expiredAt: number[] = [];
    const collect = () => {
      readAt.push(timers.monotonic());
      return Promise.resolve();
    };
    runner.add(declare('cpu', { collect, expire: () => void expiredAt.push(timers.monotonic()) }), {});
    runner.start();
    await timers.advance(15);
    runner.retime('cpu', 100);
    await timers.advance(195);
    runner.retime('cpu', 5);
    await timers.advance(11);
    expect(readAt).toEqual([0, 10, 15, 115, 210, 215, 220]);
    expect(expiredAt).toEqual([]);
  });

  it('takes a collector out with its series, and takes another of its name when the first is gone', async () => {
    const metrics = { one: gauge('gradwatch_node_one', { help: 'One' }) } as const;
    let letGo: () => void = () => undefined;
    const made: CollectorDeclaration<number> = {
      name: 'one',
      metrics,
      create: (context, value) => {
        const row = context.table.group([], metrics).row({});
        return {
          intervalSeconds: 10,
          budgetSeconds: 2,
          collect: () =>
            Promise.resolve().then(() => {
              row.set('one', value);
            }),
          expire: () => undefined,
          stop: () => new Promise<void>((resolve) => (letGo = resolve)),
        };
      },
    };
    const ofOne = () => series().filter((line) => line.startsWith('gradwatch_node_one') || line.includes('success{'));
    runner.add(made, 1);
    runner.start();
    await timers.advance(1);
    expect(ofOne()).toEqual(['gradwatch_exporter_collector_success{collector="one"} 1', 'gradwatch_node_one 1']);
    const gone = vi.fn();
    void runner.remove('one').then(gone);
    expect(ofOne()).toEqual([]);
    runner.add(made, 2);
    await timers.advance(30);
    expect(gone).not.toHaveBeenCalled();
    letGo();
    await settle();
    expect(gone).toHaveBeenCalledOnce();
    runner.start('one');
    await timers.advance(1);
    expect(ofOne()).toEqual(['gradwatch_exporter_collector_success{collector="one"} 1', 'gradwatch_node_one 2']);
  });

  it('waits at the end for a collector that was taken out and has not ended either', async () => {
    runner.add(declare('stuck', { stop: hang }), {});
    runner.start();
    void runner.remove('stuck');
    const stopped = runner.stop();
    await timers.advance(5);
    await stopped;
    expect(lines).toEqual([{ level: 'warn', message: 'collector stuck did not stop within 5 s' }]);
  });

  it('refuses two collectors of one name', () => {
    runner.add(declare('cpu', {}), {});
    expect(() => {
      runner.add(declare('cpu', {}), {});
    }).toThrow('two collectors of the name cpu');
  });
});
