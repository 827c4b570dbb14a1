import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProcessIo, parseProcessStat, parseProcessStatus } from './process-files.ts';

const stat = (name: string) =>
  `4242 (${name}) D 17 4242 17 34816 4242 4194304 90 80 7 6 250 150 9 8 20 0 12 0 987654 123456 789 18446744073709551615`;

describe('parseProcessStat', () => {
  it.each(['python', 'a) S 1 (b', '', 'x y'])('reads behind the name %j', (name) => {
    expect(parseProcessStat(stat(name))).toEqual({ state: 'D', parent: 17, cpuSeconds: 4, startTicks: 987654 });
  });

  it.each(['', '1 (a)', '1 (a) S', stat('a').replace(' 250 ', ' x '), stat('a').replace(' D ', ' DD ')])(
    'gives null for %j',
    (text) => {
      expect(parseProcessStat(text)).toBeNull();
    },
  );
});

describe('parseProcessStatus', () => {
  const status = [
    'Name:\tpython',
    'NSpid:\t4242\t17\t3',
    'FDSize:\t64',
    'VmRSS:\t    2048 kB',
    'RssAnon:\t    1024 kB',
    'Threads:\t12',
  ].join('\n');

  it('reads pids from the outermost namespace to its own, and bytes', () => {
    expect(parseProcessStatus(status)).toEqual({
      namespacePids: [4242, 17, 3],
      threads: 12,
      residentBytes: 2 * 1024 * 1024,
      anonymousBytes: 1024 * 1024,
      fileSlots: 64,
    });
  });

  it('leaves out what is not there: a kernel thread has no memory', () => {
    expect(parseProcessStatus('Name:\tkthreadd\nThreads:\t1\n')).toEqual({
      namespacePids: [],
      threads: 1,
      residentBytes: null,
      anonymousBytes: null,
      fileSlots: null,
    });
  });
});

describe('parseProcessIo', () => {
  it('reads bytes of storage, not of calls', () => {
    expect(
      parseProcessIo('rchar: 9\nwchar: 8\nread_bytes: 4096\nwrite_bytes: 512\ncancelled_write_bytes: 1\n'),
    ).toEqual({
      readBytes: 4096,
      writtenBytes: 512,
    });
    expect(parseProcessIo('rchar: 9\n')).toBeNull();
  });
});

it('reads finite values or none from any text', () => {
  const words = [
    '(',
    ') ',
    'S ',
    '1 ',
    '-1 ',
    'NSpid:\t',
    'VmRSS:',
    ' kB',
    'read_bytes: ',
    'write_bytes: ',
    '\n',
    '9'.repeat(30),
  ];
  const part = fc.oneof(fc.constantFrom(...words), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const text = parts.join('');
      const stat = parseProcessStat(text);
      const io = parseProcessIo(text);
      const { namespacePids, threads, residentBytes } = parseProcessStatus(text);
      const read = [stat?.parent, stat?.cpuSeconds, io?.readBytes, ...namespacePids, threads, residentBytes].filter(
        (value) => typeof value === 'number',
      );
      expect(read.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    }),
  );
});
