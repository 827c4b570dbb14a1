import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeWithTools } from '../../test/tools/tools.ts';
import {
  ByteWriter,
  counter,
  expose,
  type ForeignFamily,
  type Format,
  gauge,
  type GroupSnapshot,
  info,
  labelBlock,
  SeriesTable,
  states,
  writeExposition,
} from './index.ts';

const labels = ['run', 'rank'] as const;
const rank = {
  loss: gauge('gradwatch_train_loss', { help: 'Training loss', labels }),
  steps: counter('gradwatch_train_steps_total', { help: 'Steps', labels }),
  time: counter('gradwatch_train_wait_seconds_total', { help: 'Waiting', labels }),
  state: states('gradwatch_rank_state', { help: 'State', labels, states: ['healthy', 'lost'] }),
} as const;
const node = {
  cpus: gauge('gradwatch_node_cpus', { help: 'CPUs, with a "quote", a \\ and\na line feed' }),
  memory: gauge('gradwatch_node_memory_total_bytes', { help: 'Memory' }),
} as const;
const nodeInfo = { info: info('gradwatch_node_info', { help: 'Names', labels: ['hostname'] }) } as const;

const foreign: readonly ForeignFamily[] = [
  {
    name: 'gradwatch_exporter_delay_seconds',
    type: 'histogram',
    help: 'Delay',
    samples: [
      { name: 'gradwatch_exporter_delay_seconds_bucket', labels: 'le="0.1"', value: 1 },
      { name: 'gradwatch_exporter_delay_seconds_bucket', labels: 'le="+Inf"', value: 2 },
      { name: 'gradwatch_exporter_delay_seconds_sum', labels: '', value: 0.5 },
      { name: 'gradwatch_exporter_delay_seconds_count', labels: '', value: 2 },
    ],
  },
  { name: 'gradwatch_exporter_nothing', type: 'gauge', help: 'Without samples', samples: [] },
];

function example(): SeriesTable {
  const table = new SeriesTable();
  const ranks = table.group(labels, rank);
  const first = ranks.row({ run: 'a "quoted" \\ run\nof two lines', rank: '0' });
  first.set('loss', 0.1);
  first.add('steps');
  first.add('steps', 2);
  first.set('time', 1.5);
  first.setState('state', 'healthy');
  const second = ranks.row({ run: 'b', rank: '1' });
  second.set('loss', NaN);
  second.setState('state', 'lost');
  const own = table.group([], node).row({});
  own.set('cpus', 2);
  own.set('memory', 2 ** 60);
  table.group(['hostname'], nodeInfo).row({ hostname: 'gpu-07' }).set('info', 1);
  return table;
}

const write = (format: Format, groups: readonly GroupSnapshot[], families: readonly ForeignFamily[] = []) =>
  expose(format, groups, families);

describe('expose', () => {
  it('writes the text format', () => {
    expect(write('text', example().snapshot(), foreign)).toBe(String.raw`# HELP gradwatch_train_loss Training loss
# TYPE gradwatch_train_loss gauge
gradwatch_train_loss{run="a \"quoted\" \\ run\nof two lines",rank="0"} 0.1
gradwatch_train_loss{run="b",rank="1"} NaN
# HELP gradwatch_train_steps_total Steps
# TYPE gradwatch_train_steps_total counter
gradwatch_train_steps_total{run="a \"quoted\" \\ run\nof two lines",rank="0"} 3
# HELP gradwatch_train_wait_seconds_total Waiting
# TYPE gradwatch_train_wait_seconds_total counter
gradwatch_train_wait_seconds_total{run="a \"quoted\" \\ run\nof two lines",rank="0"} 1.5
# HELP gradwatch_rank_state State
# TYPE gradwatch_rank_state gauge
gradwatch_rank_state{run="a \"quoted\" \\ run\nof two lines",rank="0",state="healthy"} 1
gradwatch_rank_state{run="b",rank="1",state="healthy"} 0
gradwatch_rank_state{run="a \"quoted\" \\ run\nof two lines",rank="0",state="lost"} 0
gradwatch_rank_state{run="b",rank="1",state="lost"} 1
# HELP gradwatch_node_cpus CPUs, with a "quote", a \\ and\na line feed
# TYPE gradwatch_node_cpus gauge
gradwatch_node_cpus 2
# HELP gradwatch_node_memory_total_bytes Memory
# TYPE gradwatch_node_memory_total_bytes gauge
gradwatch_node_memory_total_bytes 1152921504606847000
# HELP gradwatch_node_info Names
# TYPE gradwatch_node_info gauge
gradwatch_node_info{hostname="gpu-07"} 1
# HELP gradwatch_exporter_delay_seconds Delay
# TYPE gradwatch_exporter_delay_seconds histogram
gradwatch_exporter_delay_seconds_bucket{le="0.1"} 1
gradwatch_exporter_delay_seconds_bucket{le="+Inf"} 2
gradwatch_exporter_delay_seconds_sum 0.5
gradwatch_exporter_delay_seconds_count 2
`);
  });

  it('writes OpenMetrics: families without the suffix of their type, units, and an end', () => {
    expect(write('openmetrics', example().snapshot(), foreign)).toBe(String.raw`# TYPE gradwatch_train_loss gauge
# HELP gradwatch_train_loss Training loss
gradwatch_train_loss{run="a \"quoted\" \\ run\nof two lines",rank="0"} 0.1
gradwatch_train_loss{run="b",rank="1"} NaN
# TYPE gradwatch_train_steps counter
# HELP gradwatch_train_steps Steps
gradwatch_train_steps_total{run="a \"quoted\" \\ run\nof two lines",rank="0"} 3
# TYPE gradwatch_train_wait_seconds counter
# UNIT gradwatch_train_wait_seconds seconds
# HELP gradwatch_train_wait_seconds Waiting
gradwatch_train_wait_seconds_total{run="a \"quoted\" \\ run\nof two lines",rank="0"} 1.5
# TYPE gradwatch_rank_state gauge
# HELP gradwatch_rank_state State
gradwatch_rank_state{run="a \"quoted\" \\ run\nof two lines",rank="0",state="healthy"} 1
gradwatch_rank_state{run="b",rank="1",state="healthy"} 0
gradwatch_rank_state{run="a \"quoted\" \\ run\nof two lines",rank="0",state="lost"} 0
gradwatch_rank_state{run="b",rank="1",state="lost"} 1
# TYPE gradwatch_node_cpus gauge
# HELP gradwatch_node_cpus CPUs, with a \"quote\", a \\ and\na line feed
gradwatch_node_cpus 2
# TYPE gradwatch_node_memory_total_bytes gauge
# UNIT gradwatch_node_memory_total_bytes bytes
# HELP gradwatch_node_memory_total_bytes Memory
gradwatch_node_memory_total_bytes 1152921504606847000
# TYPE gradwatch_node info
# HELP gradwatch_node Names
gradwatch_node_info{hostname="gpu-07"} 1
# TYPE gradwatch_exporter_delay_seconds histogram
# UNIT gradwatch_exporter_delay_seconds seconds
# HELP gradwatch_exporter_delay_seconds Delay
gradwatch_exporter_delay_seconds_bucket{le="0.1"} 1
gradwatch_exporter_delay_seconds_bucket{le="+Inf"} 2
gradwatch_exporter_delay_seconds_sum 0.5
gradwatch_exporter_delay_seconds_count 2
# EOF
`);
  });

  it('writes nothing but the end of an empty table', () => {
    expect(write('text', new SeriesTable().snapshot())).toBe('');
    expect(write('openmetrics', new SeriesTable().snapshot())).toBe('# EOF\n');
  });

  it('stops at the end of a line, often enough that no slice is long', () => {
    const table = new SeriesTable();
    const group = table.group(labels, rank);
    for (let index = 0; index < 1_000; index += 1) group.row({ run: 'a', rank: String(index) }).set('loss', index);
    const writer = new ByteWriter(0);
    const written: string[] = [];
    for (const _ of writeExposition(writer, 'text', table.snapshot())) written.push(writer.written.toString());
    expect(written.filter((text) => !text.endsWith('\n'))).toEqual([]);
    const lines = [...written, writer.written.toString()].map((text) => text.split('\n').length - 1);
    expect(Math.max(...lines.map((count, index) => count - (lines[index - 1] ?? 0)))).toBeLessThan(300);
    expect(lines.at(-1)).toBe(1_002);
  });

  it('writes every double so that it reads back as the same', () => {
    const only = { loss: gauge('gradwatch_train_loss', { help: 'Loss' }) };
    const read = (text: string) => {
      const value = text.trim().split(' ').at(-1)!;
      return value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
    };
    fc.assert(
      fc.property(fc.double(), (value) => {
        const table = new SeriesTable();
        table.group([], only).row({}).set('loss', value);
        expect(read(write('text', table.snapshot()))).toBe(value);
      }),
      { examples: [[-0], [NaN], [Infinity], [-Infinity], [5e-324], [1e21], [Number.MAX_VALUE]] },
    );
  });
});

/** Label values as a reader of the format takes them out of a block. */
function readBlock(block: string): readonly string[] {
  return [...block.matchAll(/[a-z]+="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)].map(([, value = '']) =>
    value.replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
  );
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', ',', '=', '{', '}', 'n', ' ', '\r', '😀') }),
);

describe('labelBlock', () => {
  it('gives back what was put in, whatever the values are', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const block = labelBlock([
          ['a', one],
          ['b', other],
        ]);
        expect(block).not.toContain('\n');
        expect(readBlock(block)).toEqual([one, other].map((value) => Buffer.from(value).toString()));
      }),
    );
  });

  it('never gives two label sets the same block', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText)), (sets) => {
        const block = ([one, other]: [string, string]) =>
          labelBlock([
            ['a', one],
            ['b', other],
          ]);
        const distinct = new Set(
          sets.map(([one, other]) => JSON.stringify([one, other].map((v) => Buffer.from(v).toString()))),
        );
        expect(new Set(sets.map(block)).size).toBe(distinct.size);
      }),
    );
  });

  it('takes halves of surrogate pairs for the one character that they are written as', () => {
    expect(labelBlock([['a', 'x\ud800']])).toBe('a="x\ufffd"');
    expect(labelBlock([['a', 'x\udfff']])).toBe('a="x\ufffd"');
    expect(labelBlock([['a', '😀']])).toBe('a="😀"');
  });
});

describeWithTools(['promtool'], 'promtool', ({ promtool }) => {
  it('has nothing to say of the text format', () => {
    const input = write('text', example().snapshot(), foreign);
    expect(execFileSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
  });
});
