import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeMachine, fakeMachine } from '../../test/support/fake-machine.ts';
import { parseRate, parseState } from './infiniband-port.ts';
import { infiniband } from './infiniband.ts';

describe('parseRate', () => {
  it.each([
    ['200 Gb/sec (4X HDR)', 25e9],
    ['2.5 Gb/sec (1X SDR)', 312.5e6],
    ['0 Gb/sec (4X)', null],
    ['', null],
    [null, null],
  ])('reads %j as %s bytes a second', (text, bytes) => {
    expect(parseRate(text)).toBe(bytes);
  });
});

describe('parseState', () => {
  it.each([
    ['4: ACTIVE', 'active'],
    ['1: DOWN', 'down'],
    ['5: ACTIVE_DEFER', 'active_defer'],
    ['9: MELTED', 'unknown'],
    [null, 'unknown'],
  ])('reads %j as %s', (text, state) => {
    expect(parseState(text)).toBe(state);
  });

  it('gives a state for any text', () => {
    fc.assert(fc.property(fc.string(), (text) => parseState(text).length > 0 && (parseRate(text) ?? 1) > 0));
  });
});

describe.runIf(process.platform === 'linux')('infiniband', () => {
  let machine: FakeMachine;
  const { signal } = new AbortController();

  beforeEach(() => {
    machine = fakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  const create = () => infiniband.create(machine.context, { enabled: true, interval: 15 });
  const port = (file: string, text: string) => {
    machine.put(`sys/class/infiniband/mlx5_0/ports/1/${file}`, text);
  };

  it('shows bytes, not words of four, with state, rate and errors by name', async () => {
    port('state', '4: ACTIVE\n');
    port('rate', '400 Gb/sec (4X NDR)\n');
    port('counters/port_rcv_data', '1000\n');
    port('counters/port_xmit_data', '2000\n');
    port('counters/port_rcv_packets', '10\n');
    port('counters/link_downed', '2\n');
    port('counters/VL15_dropped', '1\n');
    port('hw_counters/np_cnp_sent', '77\n');
    port('hw_counters/lifespan', '10\n');
    const collector = create();
    await collector.collect(signal);
    const labels = 'device="mlx5_0",port="1"';
    expect(machine.series().filter((text) => !text.endsWith(' 0'))).toEqual([
      `gradwatch_node_infiniband_received_bytes_total{${labels}} 4000`,
      `gradwatch_node_infiniband_sent_bytes_total{${labels}} 8000`,
      `gradwatch_node_infiniband_received_packets_total{${labels}} 10`,
      `gradwatch_node_infiniband_rate_bytes_per_second{${labels}} 50000000000`,
      `gradwatch_node_infiniband_port_state{${labels},state="active"} 1`,
      `gradwatch_node_infiniband_errors_total{${labels},counter="link_downed"} 2`,
      `gradwatch_node_infiniband_errors_total{${labels},counter="vl15_dropped"} 1`,
      `gradwatch_node_infiniband_errors_total{${labels},counter="np_cnp_sent"} 77`,
    ]);
    collector.expire();
    expect(machine.series()).toEqual([]);
  });

  it('has nothing to read on a machine without such an adapter', async () => {
    await expect(create().collect(signal)).rejects.toEqual(
      expect.objectContaining({ name: 'SourceAbsent', reason: 'not_on_this_machine' }),
    );
  });
});
