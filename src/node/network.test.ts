import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { parseNetDev } from './net-dev.ts';
import { network } from './network.ts';

const head = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;
const line = (name: string, bytes = 1000) => `${name}: ${bytes}  10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n`;

describe('parseNetDev', () => {
  it('reads both directions, also of a name with a colon and of counts that touch the name', () => {
    const interfaces = parseNetDev(`${head}${line('  eth0')}${line('eth0:1')}ib0:7 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0\n`);
    expect([...interfaces.keys()]).toEqual(['eth0', 'eth0:1', 'ib0']);
    expect(interfaces.get('eth0')).toEqual({
      receivedBytes: 1000,
      receivedPackets: 10,
      receiveErrors: 1,
      receiveDropped: 2,
      sentBytes: 2000,
      sentPackets: 20,
      sendErrors: 3,
      sendDropped: 4,
    });
    expect(interfaces.get('ib0')).toMatchObject({ receivedBytes: 7, sentBytes: 8 });
  });

  it('gives numbers that are not below 0 for any text', () => {
    const word = fc.oneof(fc.constantFrom(' ', '\n', ':', '1', 'eth0:', '-1'), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        for (const counts of parseNetDev(words.join(' ')).values())
          for (const value of Object.values(counts)) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe.runIf(process.platform === 'linux')('network', () => {
  let machine: FakeMachine;
  const { signal } = new AbortController();

  beforeEach(() => {
    machine = fakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  const create = (context = machine.context) => network.create(context, { enabled: true, interval: 15 });
  const put = (text: string) => {
    machine.put('proc/1/net/dev', text);
  };
  const hardware = (name: string, attributes: Readonly<Record<string, string>>) => {
    machine.put(`sys/class/net/${name}/device/vendor`, '0x15b3\n');
    for (const [attribute, text] of Object.entries(attributes)) machine.put(`sys/class/net/${name}/${attribute}`, text);
  };

  it('shows what has a device or bonds several, not the interfaces of containers', async () => {
    put(head + ['lo', 'eth0', 'bond0', 'veth12ab', 'docker0'].map((name) => line(name)).join(''));
    hardware('eth0', { operstate: 'up\n', speed: '200000\n', carrier_changes: '3\n' });
    machine.put('sys/class/net/bond0/bonding/mode', 'balance-rr 0\n');
    machine.put('sys/class/net/docker0/operstate', 'up\n');
    const collector = create();
    await collector.collect(signal);
    const series = machine.series();
    expect(series).toContain('gradwatch_node_network_received_bytes_total{device="eth0"} 1000');
    expect(series).toContain('gradwatch_node_network_speed_bytes_per_second{device="eth0"} 25000000000');
    expect(series).toContain('gradwatch_node_network_carrier_changes_total{device="eth0"} 3');
    expect(series).toContain('gradwatch_node_network_up{device="bond0"} 0');
    expect(series.some((text) => /"(?:lo|veth12ab|docker0)"/.test(text))).toBe(false);
    collector.expire();
    expect(machine.series()).toEqual([]);
  });

  it.each(['-1\n', '4294967295\n', ''])('has no speed where the interface tells %j', async (speed) => {
    put(line('eth0'));
    hardware('eth0', { operstate: 'down\n', speed });
    await create().collect(signal);
    expect(machine.series().filter((text) => text.includes('_speed_'))).toEqual([]);
    expect(machine.series()).toContain('gradwatch_node_network_up{device="eth0"} 0');
  });

  it('shows the node from its own network, or through the files of its first process', async () => {
    machine.put('proc/net/dev', line('eth0', 1));
    machine.put('proc/1/net/dev', line('eth0', 2));
    hardware('eth0', {});
    const collector = create();
    const received = () => machine.series().find((text) => text.includes('_received_bytes_'));
    await collector.collect(signal);
    expect(received()).toMatch(/ 2$/);
    machine.put('proc/sys/net/core/netdev_max_backlog', '1000\n');
    await collector.collect(signal);
    expect(received()).toMatch(/ 1$/);
  });

  it('says what it takes to see the node from a container, also where only its /proc is mounted', async () => {
    machine.put('proc/1/net/dev', line('eth0'));
    await expect(create({ ...machine.context, sysRoot: '/sys' }).collect(signal)).rejects.toEqual(
      expect.objectContaining({ name: 'SourceAbsent', reason: 'container' }),
    );
    expect(machine.series()).toEqual([]);
  });

  it('takes a machine without such an interface for no failure', async () => {
    put(line('lo'));
    await expect(create().collect(signal)).rejects.toEqual(expect.objectContaining({ reason: 'not_on_this_machine' }));
  });
});
