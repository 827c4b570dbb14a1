import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverEvents } from './events.ts';
import { parseMessage } from './message.ts';
import { parseRecord } from './record.ts';

describe('a record', () => {
  it('has sequence, time, facility and text, whatever fields are added', () => {
    const text = 'NVRM: Xid (PCI:0000:3b:00): 31, pid=9, name=python3, Ch 00000010';
    expect(parseRecord(`4,812,93500221,-;${text}`)).toEqual({
      sequence: 812,
      microseconds: 93500221,
      fromKernel: true,
      text,
    });
    expect(parseRecord(String.raw`3,5,6,c,caller=T12;one\x0atwo`)?.text).toBe('one\ntwo');
    expect(parseRecord('12,5,6,-;NVRM: Xid (PCI:0000:3b:00): 79')?.fromKernel).toBe(false);
  });

  it.each(['', ' SUBSYSTEM=pci', 'NVRM: Xid', '4,1;text', '4,x,2,-;text', `4,${'9'.repeat(20)},2,-;text`])(
    'is none in %j',
    (line) => {
      expect(parseRecord(line)).toBeNull();
    },
  );
});

describe('a message of the driver', () => {
  const bus = '0000:3b:00.0';
  it.each([
    ["NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.", 79],
    ['NVRM: Xid (0000:3b:00): 13, Graphics Exception', 13],
    ['NVRM: Xid (PCI:0000:3b:00 GPU-I:05): 94, Contained memory error', 94],
    ['NVRM: Xid (PCI:00000000:3B:00.0): 149, NETIR_LINK_EVT Fatal XC0 i0 Link 04 (0x1 0x2 0x3)', 149],
    ['NVRM: Xid (PCI:0000:3b:00): 154', 154],
  ])('%s', (text, code) => {
    expect(parseMessage(text)).toEqual({ kind: 'xid', bus, code });
  });

  it('tells of a switch once, in its line with the severity', () => {
    const sxid = (rest: string) => parseMessage(`nvidia-nvswitch2: SXid (PCI:0000:c1:00.0): ${rest}`);
    const at = { kind: 'sxid', bus: '0000:c1:00.0' };
    expect(sxid('20034, Fatal, Link 12 LTSSM Fault Up')).toEqual({ ...at, code: 20034, severity: 'fatal' });
    expect(sxid('11012, Non-fatal, Link 3')).toEqual({ ...at, code: 11012, severity: 'non_fatal' });
    expect(sxid('11012, Data {0x00000001}')).toBeNull();
  });

  it('of an unreadable address keeps its code', () => {
    expect(parseMessage('NVRM: Xid (somewhere): 62, text')).toEqual({ kind: 'xid', bus: null, code: 62 });
  });

  it.each(['usb 1-1: new device', 'NVRM: loading module', 'NVRM: Xid (PCI:0000:3b:00): many', 'Xid 79'])(
    'is none in %s',
    (text) => {
      expect(parseMessage(text)).toBeNull();
    },
  );
});

describe('a card that fell off the bus', () => {
  const events = (...texts: readonly (readonly [number, string])[]) => {
    const driver = new DriverEvents();
    return texts.flatMap(([seconds, text], sequence) => {
      const event = driver.of({ sequence, microseconds: seconds * 1e6, fromKernel: true, text });
      return event === null ? [] : [`${event.bus} ${event.code}`];
    });
  };
  const xid = 'NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.';
  const plain = 'NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.';

  it('is an Xid 79 also where the driver does not say so', () => {
    expect(events([1, plain])).toEqual(['0000:3b:00.0 79']);
    const about = 'NVRM: The NVIDIA GPU 0000:3b:00.0\n';
    const end = 'NVRM: fallen off the bus and is not responding to commands.';
    expect(events([1, about], [1, 'NVRM: (PCI ID: 10de:2330) installed in this system has'], [1, end])).toEqual([
      '0000:3b:00.0 79',
    ]);
    expect(events([1, about + end])).toEqual(['0000:3b:00.0 79']);
    expect(events([1, about], [60, end])).toEqual([' 79']);
  });

  it('counts once when it is told both ways, and again when it falls again', () => {
    expect(events([1, xid], [1, plain])).toHaveLength(1);
    expect(events([1, plain], [2, xid])).toHaveLength(1);
    expect(events([1, xid], [2, xid])).toHaveLength(2);
    expect(events([1, xid], [90, plain])).toHaveLength(2);
  });
});

it('no text makes a parser throw, and what it takes is a small number', () => {
  const pieces = fc.constantFrom(
    'NVRM: Xid (',
    'PCI:',
    '0000:3b:00',
    '): ',
    '79',
    ', ',
    'nvidia-nvswitch0: SXid (',
    'Fatal',
  );
  const text = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 12 })
    .map((parts) => parts.join(''));
  const driver = new DriverEvents();
  fc.assert(
    fc.property(text, fc.nat(), (tail, sequence) => {
      parseRecord(tail);
      const record = parseRecord(`4,${sequence},1,-;${tail}`);
      expect(record?.sequence).toBe(sequence);
      const event = record === null ? null : driver.of(record);
      if (event !== null) expect(event.code).toBeLessThan(100_000);
    }),
  );
});
