import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter, expose, gauge, info, type MetricName, SeriesTable, states, unitOf } from './index.ts';

const labels = ['rank'] as const;
const metrics = {
  loss: gauge('gradwatch_train_loss', { help: 'Loss', labels }),
  state: states('gradwatch_rank_state', { help: 'State', labels, states: ['healthy', 'stalled', 'lost'] }),
  steps: counter('gradwatch_train_steps_total', { help: 'Steps', labels }),
} as const;

function make() {
  const table = new SeriesTable();
  const group = table.group(labels, metrics);
  const series = () => {
    const lines = expose('text', table.snapshot()).split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  };
  return { table, group, series };
}

describe('a row', () => {
  it('is absent until it is set, and absent again when it is cleared', () => {
    const { group, series } = make();
    const row = group.row({ rank: '0' });
    expect(series()).toEqual([]);
    row.set('loss', 0);
    expect(series()).toEqual(['gradwatch_train_loss{rank="0"} 0']);
    expect(row.get('loss')).toBe(0);
    row.clear('loss');
    expect(series()).toEqual([]);
    expect(row.get('loss')).toBeUndefined();
  });

  it('is the same for the same labels', () => {
    const { group } = make();
    expect(group.row({ rank: '0' })).toBe(group.row({ rank: '0' }));
    expect(group.row({ rank: '1' })).not.toBe(group.row({ rank: '0' }));
    expect(group.size).toBe(2);
  });

  it('counts from zero', () => {
    const { group } = make();
    const row = group.row({ rank: '0' });
    row.add('steps');
    row.add('steps', 4);
    expect(row.get('steps')).toBe(5);
    row.add('steps', 0);
    expect(row.get('steps')).toBe(5);
  });

  it('is set by the index of a column', () => {
    const { group, series } = make();
    group.row({ rank: '0' }).put(group.column('steps'), 7);
    expect(series()).toEqual(['gradwatch_train_steps_total{rank="0"} 7']);
  });

  it('shows all states, one of them as 1', () => {
    const { group, series } = make();
    const row = group.row({ rank: '0' });
    row.setState('state', 'stalled');
    row.setState('state', 'lost');
    expect(series()).toEqual([
      'gradwatch_rank_state{rank="0",state="healthy"} 0',
      'gradwatch_rank_state{rank="0",state="stalled"} 0',
      'gradwatch_rank_state{rank="0",state="lost"} 1',
    ]);
    expect(() => {
      row.setState('state', 'asleep');
    }).toThrow('state has no state asleep');
    expect(() => {
      row.setState('loss', 'lost');
    }).toThrow('loss has no state lost');
  });

  it('loses all states of a metric that is cleared', () => {
    const { group, series } = make();
    const row = group.row({ rank: '0' });
    row.setState('state', 'lost');
    row.clear('state');
    expect(series()).toEqual([]);
  });
});

describe('a removed row', () => {
  it('leaves nothing, and its place goes to the next without what stood there', () => {
    const { group, series } = make();
    const [first, second] = [group.row({ rank: '0' }), group.row({ rank: '1' })];
    for (const row of [first, second]) row.set('loss', 1);
    first.add('steps', 9);
    first.remove();
    expect(series()).toEqual(['gradwatch_train_loss{rank="1"} 1']);
    const third = group.row({ rank: '2' });
    expect(third.slot).toBe(first.slot);
    expect(third.get('steps')).toBeUndefined();
    third.add('steps');
    expect(series()).toEqual(['gradwatch_train_loss{rank="1"} 1', 'gradwatch_train_steps_total{rank="2"} 1']);
  });

  it('is dead: what its owner still sets does not reach the row in its place', () => {
    const { group, series } = make();
    const gone = group.row({ rank: '0' });
    gone.remove();
    const next = group.row({ rank: '0' });
    expect(next).not.toBe(gone);
    next.set('loss', 1);
    gone.set('loss', 2);
    gone.add('steps');
    gone.setState('state', 'lost');
    gone.clear('loss');
    gone.remove();
    expect(series()).toEqual(['gradwatch_train_loss{rank="0"} 1']);
    expect(gone.get('loss')).toBeUndefined();
    expect(group.size).toBe(1);
  });
});

describe('a snapshot', () => {
  it('does not change with the table', () => {
    const { table, group } = make();
    const row = group.row({ rank: '0' });
    row.set('loss', 1);
    row.add('steps');
    const snapshot = table.snapshot();
    row.set('loss', 2);
    row.remove();
    group.row({ rank: '9' }).set('loss', 9);
    const text = expose('text', snapshot);
    expect(text).toContain('gradwatch_train_loss{rank="0"} 1\n');
    expect(text).toContain('gradwatch_train_steps_total{rank="0"} 1\n');
    expect(text).not.toContain('rank="9"');
  });

  it('tells the same as a map would, whatever is set and removed', () => {
    const command = fc.record({
      rank: fc.integer({ min: 0, max: 12 }).map(String),
      act: fc.oneof(fc.constant('remove' as const), fc.constant('clear' as const), fc.integer()),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const { group, series } = make();
        const model = new Map<string, number>();
        for (const { rank, act } of commands) {
          const row = group.row({ rank });
          if (typeof act === 'number') row.set('loss', act);
          else if (act === 'clear') row.clear('loss');
          else row.remove();
          if (typeof act === 'number') model.set(rank, act);
          else model.delete(rank);
        }
        expect([...series()].sort()).toEqual(
          [...model].map(([rank, value]) => `gradwatch_train_loss{rank="${rank}"} ${value}`).sort(),
        );
      }),
    );
  });
});

describe('a table', () => {
  it('refuses a metric in two groups, and one whose labels are not those of its group', () => {
    const { table } = make();
    expect(() => table.group(labels, { loss: metrics.loss })).toThrow('gradwatch_train_loss is in two groups');
    const other = info('gradwatch_rank_info', { help: 'Info', labels: ['rank', 'host'] });
    expect(() => table.group(['host', 'rank'], { other })).toThrow(
      'gradwatch_rank_info has the labels (rank,host), its group (host,rank)',
    );
  });

  it('loses the series of a part that is taken out of it, and takes metrics of their names again', () => {
    const { table, series } = make();
    const count = { ranks: gauge('gradwatch_run_ranks', { help: 'Ranks' }) } as const;
    const part = table.part();
    const row = part.group([], count).row({});
    row.set('ranks', 2);
    expect(series()).toEqual(['gradwatch_run_ranks 2']);
    expect(() => part.group(labels, { loss: metrics.loss })).toThrow('gradwatch_train_loss is in two groups');
    expect(() => table.group([], count)).toThrow('gradwatch_run_ranks is in two groups');
    part.takeOut();
    row.set('ranks', 3);
    expect(series()).toEqual([]);
    table.part().group([], count).row({}).set('ranks', 4);
    expect(series()).toEqual(['gradwatch_run_ranks 4']);
  });
});

describe('unitOf', () => {
  it.each([
    ['gradwatch_train_step_seconds', 'seconds'],
    ['gradwatch_node_cpu_seconds_total', 'seconds'],
    ['gradwatch_node_memory_total_bytes', 'bytes'],
    ['gradwatch_gpu_temperature_celsius', 'celsius'],
    ['gradwatch_train_steps_total', null],
    ['gradwatch_node_load1', null],
  ] satisfies [MetricName, string | null][])('%s: %s', (name, unit) => {
    expect(unitOf(name)).toBe(unit);
  });
});
