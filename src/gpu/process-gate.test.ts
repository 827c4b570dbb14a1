import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProcessGate, type Watch } from './process-gate.ts';

/** A child that does only what the test says. */
class FakeChild extends EventEmitter {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly signals: string[] = [];
  pid: number | undefined = 42;
  exitCode: number | null = null;
  signalCode: string | null = null;

  kill(signal: string): boolean {
    this.signals.push(signal);
    return true;
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
let gate: ProcessGate;
let heard: string[];
let stopping: AbortController;

function watch(): Watch {
  return {
    onLine: (line) => heard.push(line),
    onSilence: () => heard.push('(silence)'),
    onStuck: () => heard.push('(stuck)'),
    silenceSeconds: 10,
    signal: stopping.signal,
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  child = new FakeChild();
  heard = [];
  stopping = new AbortController();
  gate = new ProcessGate(() => child as unknown as ChildProcess, 'nvidia-smi', 2);
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets streams hand over what was written. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ProcessGate', () => {
  test('hands over whole lines as they come, the last one also without its end', async () => {
    const call = gate.run([], watch());
    child.stdout.write('one\ntw');
    await settle();
    expect(heard).toEqual(['one']);
    child.stdout.write('o\r\nthree');
    child.stderr.write('oops');
    await settle();
    child.end(0);
    expect(await call).toEqual({ error: null, code: 0, signal: null, silent: false, stderr: 'oops' });
    expect(heard).toEqual(['one', 'two', 'three']);
  });

  test('a line restarts the watchdog; silence brings SIGTERM, a grace, SIGKILL', async () => {
    const call = gate.run([], watch());
    vi.advanceTimersByTime(9_000);
    child.stdout.write('one\n');
    await settle();
    vi.advanceTimersByTime(9_000);
    expect(child.signals).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(heard).toEqual(['one', '(silence)']);
    expect(child.signals).toEqual(['SIGTERM']);
    vi.advanceTimersByTime(2_000);
    expect(child.signals).toEqual(['SIGTERM', 'SIGKILL']);
    child.end(null, 'SIGKILL');
    expect(await call).toMatchObject({ signal: 'SIGKILL', silent: true });
  });

  test('one that is stuck in the kernel holds the gate until it is gone', async () => {
    const call = gate.run([], watch());
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual(['(silence)', '(stuck)']);
    await expect(gate.run([], watch())).rejects.toThrow('nvidia-smi is still running');
    child.end(null, 'SIGKILL');
    await call;
    child = new FakeChild();
    const next = gate.run([], watch());
    child.end(0);
    expect(await next).toMatchObject({ code: 0 });
  });

  test('lines that come after it was given up are not heard', async () => {
    const call = gate.run([], watch());
    stopping.abort();
    child.stdout.write('late\n');
    await settle();
    child.end(null, 'SIGTERM');
    expect(await call).toMatchObject({ signal: 'SIGTERM', silent: false });
    expect(heard).toEqual([]);
  });

  test('a program that cannot be started is told, by event or by throw', async () => {
    const call = gate.run([], watch());
    child.pid = undefined;
    child.emit('error', Object.assign(new Error('spawn'), { code: 'ENOENT' }));
    expect(await call).toMatchObject({ error: 'ENOENT' });
    const throwing = new ProcessGate(
      () => {
        throw Object.assign(new Error('spawn'), { code: 'EMFILE' });
      },
      'nvidia-smi',
      2,
    );
    expect(await throwing.run([], watch())).toMatchObject({ error: 'EMFILE' });
  });

  test('without open files left a child has no outputs, which is told and harms nobody', async () => {
    Object.assign(child, { stdout: undefined, stderr: undefined, pid: undefined });
    const call = gate.run([], watch());
    child.emit('error', Object.assign(new Error('spawn'), { code: 'EMFILE' }));
    expect(await call).toMatchObject({ error: 'EMFILE' });
  });

  test('a grandchild that holds the pipe does not hold the gate for long', async () => {
    const call = gate.run([], watch());
    child.exitCode = 0;
    child.emit('exit', 0, null);
    await settle();
    vi.advanceTimersByTime(1_000);
    expect(await call).toMatchObject({ code: 0 });
  });

  test('keeps a bounded part of standard error, and drops a line without end', async () => {
    const call = gate.run([], watch());
    child.stderr.write('x'.repeat(100_000));
    for (let at = 0; at < 20; at += 1) child.stdout.write('y'.repeat(10_000));
    child.stdout.write('\nfine\n');
    await settle();
    child.end(1);
    expect((await call).stderr).toHaveLength(4096);
    expect(heard).toEqual(['fine']);
  });
});
