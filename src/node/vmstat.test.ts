import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { fileDescriptors, parseFileNr } from './file-descriptors.ts';
import { vmstat, vmstatCounts } from './vmstat.ts';

const { signal } = new AbortController();
const beat = { enabled: true, interval: 15 };
let machine: FakeMachine;

beforeEach(() => {
  machine = fakeMachine();
});
afterEach(() => {
  machine.remove();
});

describe('vmstat', () => {
  it('takes whole names only', () => {
    expect([...vmstatCounts('nr_oom_kill 5\npgmajfault_x 1\npgmajfault 7\noom_kill\n')]).toEqual([['majorFaults', 7]]);
  });

  it('gives counts and nothing else for any text', () => {
    const word = fc.oneof(fc.constantFrom('oom_kill ', 'pswpin ', '7', '-1', '\n', '9'.repeat(30)), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        for (const count of vmstatCounts(words.join('')).values()) expect(count).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.runIf(process.platform === 'linux')('shows what the kernel counts', async () => {
    const collector = vmstat.create(machine.context, beat);
    machine.put('proc/vmstat', 'nr_free_pages 100\npgmajfault 7\npswpin 1\npswpout 2\noom_kill 3\n');
    await collector.collect(signal);
    expect(machine.series()).toEqual([
      'gradwatch_node_oom_kills_total 3',
      'gradwatch_node_major_page_faults_total 7',
      'gradwatch_node_swapped_in_pages_total 1',
      'gradwatch_node_swapped_out_pages_total 2',
    ]);
    collector.expire();
    expect(machine.series()).toEqual([]);
    machine.put('proc/vmstat', 'nr_free_pages 100\n');
    expect(() => collector.collect(signal)).toThrow(expect.objectContaining({ reason: 'malformed' }));
  });
});

describe('file_descriptors', () => {
  it.each(['', '1 2', 'a b c', '1 2 3 4'])('gives null for %j', (text) => {
    expect(parseFileNr(text)).toBeNull();
  });

  it('gives two finite numbers or null for any text', () => {
    const word = fc.oneof(fc.nat().map(String), fc.constantFrom('\t', '\n', '-1', '9'.repeat(20)), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        for (const number of Object.values(parseFileNr(words.join('\t')) ?? {})) expect(number).toBeLessThan(Infinity);
      }),
    );
  });

  it.runIf(process.platform === 'linux')('shows open files and their limit', async () => {
    machine.put('proc/sys/fs/file-nr', '2560\t60\t9223372036854775807\n');
    const collector = fileDescriptors.create(machine.context, beat);
    await collector.collect(signal);
    expect(machine.series()).toEqual([
      'gradwatch_node_file_descriptors 2500',
      'gradwatch_node_file_descriptors_max 9223372036854776000',
    ]);
    collector.expire();
    expect(machine.series()).toEqual([]);
  });
});
