import { describe, expect, it } from 'vitest';
import { expose, Histogram, histogram, SeriesTable } from './index.ts';

const bounds = [0.5, 1, 2.5];
const latency = histogram('gradwatch_serving_latency_seconds', { help: 'Latency', labels: ['rank'], bounds });

function start() {
  const table = new SeriesTable();
  const group = table.group(['rank'], { latency });
  const add = (rank: string) => new Histogram(group.row({ rank }), group.column('latency'), bounds);
  return { add, text: (format: 'text' | 'openmetrics' = 'text') => expose(format, table.snapshot()) };
}

describe('Histogram', () => {
  it('counts values up to each bound, the bound included, and adds them up', () => {
    const { add, text } = start();
    const one = add('0');
    for (const value of [0.5, 0.6, 2, 100]) one.observe(value);
    one.observe(1, 3);
    expect(text()).toBe(
      [
        '# HELP gradwatch_serving_latency_seconds Latency',
        '# TYPE gradwatch_serving_latency_seconds histogram',
        'gradwatch_serving_latency_seconds_bucket{rank="0",le="0.5"} 1',
        'gradwatch_serving_latency_seconds_bucket{rank="0",le="1.0"} 5',
        'gradwatch_serving_latency_seconds_bucket{rank="0",le="2.5"} 6',
        'gradwatch_serving_latency_seconds_bucket{rank="0",le="+Inf"} 7',
        'gradwatch_serving_latency_seconds_sum{rank="0"} 106.1',
        'gradwatch_serving_latency_seconds_count{rank="0"} 7',
        '',
      ].join('\n'),
    );
  });

  it('writes the parts of one row together, as OpenMetrics wants it', () => {
    const { add, text } = start();
    add('0').observe(1);
    add('1').observe(2);
    const ranks = [...text('openmetrics').matchAll(/rank="(\d)"/g)].map(([, rank]) => rank);
    expect(ranks).toEqual('000000111111'.split(''));
    expect(text('openmetrics')).toContain('# TYPE gradwatch_serving_latency_seconds histogram\n# UNIT');
  });

  it('goes on from what was saved, and not from what has other bounds', () => {
    const before = start();
    const one = before.add('0');
    one.observe(0.1);
    one.observe(9);
    const after = start();
    const other = after.add('0');
    expect(other.restore(one.save())).toBe(true);
    expect(after.text()).toBe(before.text());
    expect(other.restore([1, 2])).toBe(false);
    other.addToSum(0.9);
    expect(after.text()).toContain('_sum{rank="0"} 10\n');
  });
});
