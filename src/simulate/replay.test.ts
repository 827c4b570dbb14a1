import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answer, help } from './answer.ts';
import { defaultControl, type Control } from './control.ts';
import { parseInvocation } from './invocation.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-capture-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function capture(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function ask(args: readonly string[], control: Partial<Control> = {}) {
  const invocation = parseInvocation(args);
  if (invocation.ask === 'mistake' || invocation.ask === 'help-query-gpu') throw new Error(invocation.ask);
  return answer(
    invocation,
    { ...defaultControl, replay: folder, ...control },
    { time: new Date(), since: 0, first: true },
  );
}

const csv = '--format=csv';

describe('a capture of rows', () => {
  const rows = [
    'index, uuid, pci.bus_id, memory.used [MiB], clocks_event_reasons.active, fabric.state',
    '0, GPU-a, 00000000:1B:00.0, 70 MiB, 0x4, N/A',
    '1, GPU-b, 00000000:43:00.0, 80 MiB, [Unknown Error], N/A',
  ].join('\n');

  test('answers any subset, under the aliases of the fields, as it was printed', () => {
    capture({ 'query-gpu.csv': rows });
    expect(ask(['--query-gpu=clocks_throttle_reasons.active,memory.used', csv]).stdout).toBe(
      'clocks_event_reasons.active, memory.used [MiB]\n0x4, 70 MiB\n[Unknown Error], 80 MiB\n',
    );
    expect(ask(['--query-gpu=memory.used', '--format=csv,noheader,nounits', '-i', '0000:43:00.0']).stdout).toBe('80\n');
    expect(ask(['--query-gpu=no.such', csv])).toMatchObject({ code: 2 });
    expect(help({ ...defaultControl, replay: folder })).toContain('"fabric.state"');
  });

  test('leaves empty what its help text has and its rows have not', () => {
    capture({ 'load/query-gpu.csv': rows, 'capabilities/help-query-gpu.txt': '"index"\nA.\n\n"pstate" or "p"\nB.\n' });
    expect(ask(['--query-gpu=index,pstate', '--format=csv,noheader']).stdout).toBe('0, [N/A]\n1, [N/A]\n');
    expect(help({ ...defaultControl, replay: folder })).toBe('"index"\nA.\n\n"pstate" or "p"\nB.\n');
  });

  test('of several states shows the one that is asked for', () => {
    capture({ 'load/query-gpu.csv': 'index\n0', 'idle/query-gpu.csv': 'index\n7' });
    expect(ask(['--query-gpu=index', csv], { state: 'idle' }).stdout).toBe('index\n7\n');
    expect(ask(['--query-gpu=index', csv]).stdout).toBe('index\n0\n');
  });

  test('fails as the faults say', () => {
    capture({ 'query-gpu.csv': rows });
    expect(ask(['--query-gpu=index', csv], { faults: [{ kind: 'no_driver' }] })).toMatchObject({ code: 9 });
    expect(ask(['-q', '-x'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('a capture of a document', () => {
  const simulated = (model: Control['model'], args: readonly string[]): string =>
    ask(args, { replay: null, model, gpus: 2 }).stdout.toString();

  test.each(['v100', 'a100', 'gb200', 't4'] as const)('of a %s answers with rows made of it', (model) => {
    capture({ 'q-x.healthy.xml': simulated(model, ['-q', '-x']) });
    const remapped = model === 'v100' ? 'retired_pages.pending' : 'remapped_rows.pending';
    const asked = [
      `--query-gpu=index,count,name,uuid,serial,pci.bus_id,pci.device_id,pstate,memory.total,power.max_limit,pcie.link.width.max,${remapped}`,
      csv,
    ];
    expect(ask(asked, { state: 'healthy' }).stdout).toBe(simulated(model, asked));
  });

  test('is repeated as it is, and lists its GPUs', () => {
    const text = simulated('h100', ['-q', '-x']);
    capture({ 'q-x.xml': text });
    expect(ask(['-q', '-x']).stdout).toBe(text);
    expect(ask(['-L']).stdout.toString()).toMatch(/^GPU 0: NVIDIA H100 80GB HBM3 \(UUID: GPU-.*\)\nGPU 1: .*\n$/);
  });
});
