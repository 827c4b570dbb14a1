import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProcessGate, type Watch } from './process-gate.ts';
import { startLeader } from './process-group.ts';

/** A child that does only what the test says. */
class FakeChild extends EventEmitter {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly signals: string[] = [];
  pid: number | undefined = 42;
  exitCode: number | null = null;
  signalCode: string | null = null;

  /** What it started and left behind lives on. */
  lives = false;
  waits = false;

  signal(signal: string): void {
    this.signals.push(signal);
  }

  end(code: number | null, signal: string | null = null): void {
    this.exitCode = code;
    this.signalCode = signal;
    this.emit('exit', code, signal);
    this.stdout.end();
    this.stderr.end();
    this.emit('close', code, signal);
  }
}

let child: FakeChild;
let started: string[];
let gate: ProcessGate;
let heard: string[];
let stopping: AbortController;

function watch(more: Partial<Watch> = {}): Watch {
  return {
    onText: (text) => heard.push(text) > 0,
    onSilence: () => heard.push('(silence)'),
    onStuck: () => heard.push('(stuck)'),
    silenceSeconds: 10,
    calmSeconds: null,
    signal: stopping.signal,
    ...more,
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  child = new FakeChild();
  heard = [];
  stopping = new AbortController();
  started = [];
  const spawn = (_: string, args: readonly string[]): ChildProcess => {
    started.push(args.join());
    return child as unknown as ChildProcess;
  };
  gate = new ProcessGate(spawn, 'nvidia-smi', 2, () => child);
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets streams hand over what was written. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ProcessGate', () => {
  test('hands over what is printed as it comes, and how it ended', async () => {
    const call = gate.run([], watch());
    await settle();
    child.stdout.write('one\ntw');
    await settle();
    expect(heard).toEqual(['one\ntw']);
    child.stderr.write('oops');
    await settle();
    child.end(0);
    expect(await call).toEqual({ error: null, code: 0, signal: null, silent: false, stderr: 'oops' });
  });

  test('what a program prints without a pause comes in many turns of the event loop', async () => {
    const print = `const text = 'x'.repeat(65536); for (let at = 0; at < 64; at += 1) process.stdout.write(text);`;
    gate = new ProcessGate(
      (program, args) => startLeader(program, args),
      process.execPath,
      2,
      () => child,
    );
    const turns: number[] = [];
    let [turn, bytes] = [0, 0];
    let counting = setImmediate(function count() {
      turn += 1;
      counting = setImmediate(count);
    });
    vi.useRealTimers();
    const exit = await gate.run(
      ['-e', print],
      watch({
        onText: (text) => {
          bytes += text.length;
          return turns.push(turn) > 0;
        },
      }),
    );
    clearImmediate(counting);
    expect({ code: exit?.code, bytes }).toEqual({ code: 0, bytes: 64 * 65_536 });
    expect(new Set(turns).size).toBeGreaterThan(turns.length / 2);
  });

  test('a program that prints and says nothing is silent', async () => {
    const call = gate.run([], watch({ onText: (text) => text !== '.' }));
    await settle();
    for (let second = 0; second < 10; second += 1) {
      child.stdout.write('.');
      await settle();
      vi.advanceTimersByTime(1_000);
    }
    expect(heard).toEqual(['(silence)']);
    child.end(null, 'SIGTERM');
    expect(await call).toMatchObject({ silent: true });
  });

  test('output restarts the watchdog; silence brings SIGTERM, a grace, SIGKILL', async () => {
    const call = gate.run([], watch());
    await settle();
    vi.advanceTimersByTime(9_000);
    child.stdout.write('one\n');
    await settle();
    vi.advanceTimersByTime(9_000);
    expect(child.signals).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(heard).toEqual(['one\n', '(silence)']);
    expect(child.signals).toEqual(['SIGTERM']);
    vi.advanceTimersByTime(2_000);
    expect(child.signals).toEqual(['SIGTERM', 'SIGKILL']);
    child.end(null, 'SIGKILL');
    expect(await call).toMatchObject({ signal: 'SIGKILL', silent: true });
  });

  test('one that is stuck in the kernel holds the gate until it is gone', async () => {
    const call = gate.run([], watch());
    await settle();
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual(['(silence)', '(stuck)']);
    const next = gate.run(['next'], watch());
    await settle();
    expect(started).toEqual(['']);
    const stuck = child;
    child = new FakeChild();
    stuck.end(null, 'SIGKILL');
    await call;
    await settle();
    expect(started).toEqual(['', 'next']);
    child.end(0);
    expect(await next).toMatchObject({ code: 0 });
  });

  test('what comes after it was given up is not heard', async () => {
    const call = gate.run([], watch());
    await settle();
    stopping.abort();
    child.stdout.write('late\n');
    await settle();
    child.end(null, 'SIGTERM');
    expect(await call).toMatchObject({ signal: 'SIGTERM', silent: false });
    expect(heard).toEqual([]);
  });

  test('a program that cannot be started is told, by event or by throw', async () => {
    const call = gate.run([], watch());
    await settle();
    child.pid = undefined;
    child.emit('error', Object.assign(new Error('spawn'), { code: 'ENOENT' }));
    expect(await call).toMatchObject({ error: 'ENOENT' });
    const throwing = new ProcessGate(
      () => {
        throw Object.assign(new Error('spawn'), { code: 'EMFILE' });
      },
      'nvidia-smi',
      2,
      () => child,
    );
    expect(await throwing.run([], watch())).toMatchObject({ error: 'EMFILE' });
  });

  test('without open files left a child has no outputs, which is told and harms nobody', async () => {
    Object.assign(child, { stdout: undefined, stderr: undefined, pid: undefined });
    const call = gate.run([], watch());
    await settle();
    child.emit('error', Object.assign(new Error('spawn'), { code: 'EMFILE' }));
    expect(await call).toMatchObject({ error: 'EMFILE' });
  });

  test('what left the group and holds the pipe does not hold the gate for long', async () => {
    const call = gate.run([], watch());
    await settle();
    child.exitCode = 0;
    child.emit('exit', 0, null);
    await settle();
    vi.advanceTimersByTime(1_000);
    expect(await call).toMatchObject({ code: 0 });
    expect(child.signals).toEqual([]);
  });

  test('what it printed before it ended is read to the end where turns of the event loop last longer than the wait', async () => {
    const call = gate.run([], watch());
    await settle();
    child.exitCode = 0;
    child.emit('exit', 0, null);
    for (const piece of ['one', 'two', 'three']) {
      await settle();
      // The timer is due before the turn looks for what is there to be read.
      vi.advanceTimersByTime(1_000);
      child.stdout.write(piece);
    }
    for (let round = 0; round < 5; round += 1) {
      await settle();
      await settle();
      vi.advanceTimersByTime(1_000);
    }
    await call;
    expect(heard).toEqual(['one', 'two', 'three']);
  });

  test('what left the group and prints on does not hold the gate for long', async () => {
    const call = gate.run([], watch());
    await settle();
    child.exitCode = 0;
    child.emit('exit', 0, null);
    for (let piece = 0; piece < 5; piece += 1) {
      await settle();
      child.stdout.write('on and on');
      await settle();
      vi.advanceTimersByTime(1_000);
    }
    expect(await call).toMatchObject({ code: 0 });
  });

  test('what a program left behind is ended, and holds the gate until it is gone', async () => {
    const call = gate.run([], watch());
    await settle();
    child.lives = true;
    child.end(0);
    await settle();
    expect(child.signals).toEqual(['SIGTERM']);
    child.waits = true;
    expect(gate.uninterruptible).toBe(1);
    vi.advanceTimersByTime(4_000);
    expect(child.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(heard).toEqual(['(stuck)']);
    const next = gate.run(['next'], watch());
    await settle();
    expect(started).toEqual(['']);
    const left = child;
    child = new FakeChild();
    left.lives = false;
    vi.advanceTimersByTime(1_000);
    expect(await call).toMatchObject({ code: 0, silent: false });
    await settle();
    expect(started).toEqual(['', 'next']);
    expect(gate.uninterruptible).toBe(0);
    child.end(0);
    await next;
  });

  test('keeps a bounded part of standard error', async () => {
    const call = gate.run([], watch());
    await settle();
    child.stderr.write('x'.repeat(100_000));
    await settle();
    child.end(1);
    expect((await call)?.stderr).toHaveLength(4096);
  });
});

describe('calls beside each other', () => {
  let loop: FakeChild;
  let looping: Promise<unknown>;

  beforeEach(async () => {
    loop = child;
    looping = gate.run(['loop'], watch({ calmSeconds: 3 }));
    await settle();
    child = new FakeChild();
  });

  async function beat(): Promise<void> {
    loop.stdout.write('row\n');
    await settle();
  }

  test('none is made before a loop has printed anything; then one at a time', async () => {
    const one = gate.run(['one'], watch());
    const two = gate.run(['two'], watch());
    await settle();
    expect(started).toEqual(['loop']);
    await beat();
    expect(started).toEqual(['loop', 'one']);
    await beat();
    expect(started).toEqual(['loop', 'one']);
    const first = child;
    child = new FakeChild();
    first.end(0);
    await one;
    await settle();
    expect(started).toEqual(['loop', 'one', 'two']);
    child.end(0);
    expect(await two).toMatchObject({ code: 0 });
  });

  test('none is made beside a loop that is quiet, before it prints again', async () => {
    await beat();
    vi.advanceTimersByTime(3_000);
    void gate.run(['one'], watch());
    await settle();
    expect(started).toEqual(['loop']);
    await beat();
    expect(started).toEqual(['loop', 'one']);
  });

  test('none is made beside a loop that is being ended, whatever it still prints', async () => {
    await beat();
    vi.advanceTimersByTime(10_000);
    expect(loop.signals).toEqual(['SIGTERM']);
    void gate.run(['one'], watch());
    await beat();
    expect(started).toEqual(['loop']);
    loop.end(null, 'SIGTERM');
    await looping;
    await settle();
    expect(started).toEqual(['loop', 'one']);
  });

  test('a loop is not started beside a call, which may hang in its turn', async () => {
    await beat();
    const call = gate.run(['one'], watch());
    await settle();
    loop.end(1);
    await looping;
    void gate.run(['loop again'], watch({ calmSeconds: 3 }));
    await settle();
    expect(started).toEqual(['loop', 'one']);
    const one = child;
    child = new FakeChild();
    one.end(0);
    await call;
    await settle();
    expect(started).toEqual(['loop', 'one', 'loop again']);
  });

  test('one that is given up while it waits is never started', async () => {
    const giveUp = new AbortController();
    const call = gate.run(['one'], watch({ signal: giveUp.signal }));
    giveUp.abort();
    expect(await call).toBeNull();
    await beat();
    expect(started).toEqual(['loop']);
    expect(await gate.run(['two'], watch({ signal: giveUp.signal }))).toBeNull();
  });
});
