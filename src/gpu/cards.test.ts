import { beforeEach, describe, expect, test } from 'vitest';
import { SeriesTable, expose } from '../series/index.ts';
import { Cards } from './cards.ts';
import { gpuStates } from './metrics.ts';
import type { Row } from './row.ts';

let table: SeriesTable;
let cards: Cards;

beforeEach(() => {
  table = new SeriesTable();
  cards = new Cards(table, null);
});

function row(facts: Partial<Row>): Row {
  const { index = null } = facts;
  return {
    index,
    uuid: index === null ? null : `GPU-${index}`,
    bus: index === null ? null : `0000:0${index}:00.0`,
    name: 'H100',
    driver: '590',
    count: null,
    state: 'ok',
    offers: new Set(['power']),
    values: new Map([['power', 500]]),
    texts: new Map(),
    dropped: [],
    ...facts,
  };
}

const lost = { state: 'lost', values: new Map(), name: null } as const;

function take(rows: readonly Row[]): void {
  cards.take({ rows, asked: null, unreachable: [] });
}

function series(prefix: string): string[] {
  const lines = expose('text', table.snapshot()).split('\n');
  return lines.filter((line) => line.startsWith(prefix));
}

function state(gpu: string): string | undefined {
  return series('gradwatch_gpu_state')
    .filter((line) => line.includes(`gpu="${gpu}"`) && line.endsWith(' 1'))
    .map((line) => /state="(\w+)"/.exec(line)?.[1])[0];
}

describe('Cards', () => {
  test('a card that tells the UUID of another has no series, and its rows are counted', () => {
    const twins = [
      row({ index: 0, count: 2 }),
      row({ index: 1, uuid: 'GPU-0', count: 2, values: new Map([['power', 9]]) }),
    ];
    take(twins);
    take(twins);
    expect(series('gradwatch_gpu_power_watts')).toEqual(['gradwatch_gpu_power_watts{uuid="GPU-0",gpu="0"} 500']);
    expect(series('gradwatch_gpu_unreadable_rows_total')).toEqual(['gradwatch_gpu_unreadable_rows_total 2']);
    expect(series('gradwatch_gpu_devices')).toEqual([
      'gradwatch_gpu_devices_seen 1',
      'gradwatch_gpu_devices_expected 2',
    ]);
  });

  test('the label gpu stays the index at which the uuid was first seen', () => {
    take([row({ index: 0 }), row({ index: 1 })]);
    take([row({ index: 0, uuid: 'GPU-1', bus: '0000:01:00.0' })]);
    take([row({ index: 0, uuid: 'GPU-1', bus: '0000:01:00.0' })]);
    expect(series('gradwatch_gpu_power_watts')).toEqual(['gradwatch_gpu_power_watts{uuid="GPU-1",gpu="1"} 500']);
    expect(state('0')).toBe('lost');
  });

  test('a card that comes back to an index whose label another has is labelled by its bus id', () => {
    const [first, second, third] = ['0a', '0b', '0c'].map((slot) => ({
      uuid: `GPU-${slot}`,
      bus: `0000:${slot}:00.0`,
    }));
    take([row({ index: 0, ...first }), row({ index: 1, ...third })]);
    const back = row({ index: 1, ...second });
    expect(cards.identify(back)).toEqual({ uuid: 'GPU-0b', gpu: '0000:0b:00.0' });
    take([row({ index: 0, ...first }), back, row({ index: 2, ...third })]);
    expect(cards.reports.map(({ uuid, gpu }) => [uuid, gpu])).toEqual([
      ['GPU-0a', '0'],
      ['GPU-0c', '1'],
      ['GPU-0b', '0000:0b:00.0'],
    ]);
    // Also while the one that has it is lost, for it may come back.
    take([row({ index: 0, ...first }), row({ index: 1, uuid: 'GPU-0d', bus: '0000:0d:00.0' })]);
    expect(cards.reports.at(-1)?.gpu).toBe('0000:0d:00.0');
    expect(new Set(cards.reports.map(({ gpu }) => gpu)).size).toBe(4);
  });

  test('a report of a card says what its series say: nothing once they are lost or expired', () => {
    const values = new Map([
      ['power', 500],
      ['utilization', 0.5],
    ]);
    const [known, gone] = [row({ index: 0, values }), row({ index: 1, values })];
    const readings = { utilization: 0.5, memoryUsed: null, memoryTotal: null, temperature: null, power: 500 };
    const nothing = { ...readings, utilization: null, power: null };
    take([known, gone]);
    take([known]);
    take([known]);
    expect(cards.reports).toEqual([
      { gpu: '0', uuid: 'GPU-0', name: 'H100', state: 'ok', ...readings },
      { gpu: '1', uuid: 'GPU-1', name: 'H100', state: 'lost', ...nothing },
    ]);
    cards.expire();
    expect(cards.reports[0]).toEqual({ gpu: '0', uuid: 'GPU-0', name: 'H100', state: 'unknown', ...nothing });
  });

  test('a card of which nothing was heard for too long is not well, and one in trouble is not out of it', () => {
    take([row({ index: 0 }), row({ index: 1, ...lost }), row({ index: 2, state: 'requires_reset' })]);
    cards.expire();
    expect(['0', '1', '2'].map(state)).toEqual(['unknown', 'lost', 'requires_reset']);
    expect(
      series('gradwatch_gpu_state{uuid="GPU-0"')
        .map((line) => line.slice(-1))
        .join(''),
    ).toBe('0000001');
    take([row({ index: 0 }), row({ index: 1 }), row({ index: 2 })]);
    expect(['0', '1', '2'].map(state)).toEqual(['ok', 'ok', 'ok']);
  });

  test('what -q -x said before the readings became too old does not make a card well', () => {
    cards.fed = true;
    take([row({ index: 0 })]);
    const document = { rows: [row({ index: 0, values: new Map([['fan', 0.3]]) })], asked: null, unreachable: [] };
    cards.supplement(document);
    cards.expire();
    expect(state('0')).toBe('unknown');
    cards.supplement(document);
    expect(state('0')).toBe('ok');
    cards.expireSupplement();
    expect(state('0')).toBe('unknown');
  });

  test('what has expired does not come back with a word of -q -x', () => {
    cards.fed = true;
    take([row({ index: 0 })]);
    cards.expire();
    cards.supplement({ rows: [row({ index: 0, values: new Map([['fan', 0.3]]) })], asked: null, unreachable: [] });
    expect(series('gradwatch_gpu_power_watts')).toEqual([]);
    expect(series('gradwatch_gpu_fan')).toHaveLength(1);
  });

  test('readings with labels of their own come and go with the card', () => {
    const values = new Map([
      ['eccErrors/dram/corrected/volatile', 3],
      ['recoveryAction', 2],
    ]);
    take([row({ index: 0, values })]);
    expect(series('gradwatch_gpu_ecc')).toEqual([
      'gradwatch_gpu_ecc_errors_total{uuid="GPU-0",gpu="0",location="dram",severity="corrected",window="volatile"} 3',
    ]);
    expect(series('gradwatch_gpu_recovery').filter((line) => line.endsWith(' 1'))).toEqual([
      'gradwatch_gpu_recovery_action_state{uuid="GPU-0",gpu="0",state="reboot"} 1',
    ]);
    take([row({ index: 0 })]);
    expect([...series('gradwatch_gpu_ecc'), ...series('gradwatch_gpu_recovery')]).toEqual([]);
    take([row({ index: 0, values })]);
    take([row({ index: 0, uuid: 'GPU-other', values: new Map() })]);
    expect(series('gradwatch_gpu_ecc')).toEqual([]);
  });

  test('facts are replaced when they change, and outlive a sample that does not tell them', () => {
    const texts = (vbios: string) => new Map([['vbios', vbios]] as const);
    take([row({ index: 0, texts: texts('1') })]);
    take([row({ index: 0, texts: texts('2') })]);
    take([row({ index: 0 })]);
    expect(series('gradwatch_gpu_board_info')).toEqual([expect.stringContaining('vbios="2"')]);
    expect(series('gradwatch_gpu_fabric_info')).toEqual([]);
    take([row({ index: 0, uuid: 'GPU-other' })]);
    expect(series('gradwatch_gpu_board_info')).toEqual([]);
  });

  test('a card whose row is missing has no readings; it is lost when it is missing again', () => {
    take([row({ index: 0 }), row({ index: 1 })]);
    take([row({ index: 0 })]);
    expect(series('gradwatch_gpu_power_watts')).toHaveLength(1);
    expect(state('1')).toBe('ok');
    take([row({ index: 0 })]);
    expect(state('1')).toBe('lost');
    take([row({ index: 0 }), row({ index: 1 })]);
    expect(state('1')).toBe('ok');
  });

  test('a row without uuid is known by its bus id, else by its index', () => {
    take([row({ index: 0 }), row({ index: 1 })]);
    take([row({ index: 0 }), row({ ...lost, bus: '0000:01:00.0' })]);
    expect(state('1')).toBe('lost');
    take([row({ ...lost, index: 0, uuid: null, bus: null }), row({ index: 1 })]);
    expect([state('0'), state('1')]).toEqual(['lost', 'ok']);
    expect(series('gradwatch_gpu_info')).toHaveLength(2);
  });

  test('a card that is lost before it told its uuid has a state, and becomes itself when it tells', () => {
    take([row({ ...lost, index: 0, uuid: null })]);
    expect(series('gradwatch_gpu_state{uuid="",gpu="0",state="lost"}')).toEqual([
      'gradwatch_gpu_state{uuid="",gpu="0",state="lost"} 1',
    ]);
    expect(series('gradwatch_gpu_devices')).toEqual([
      'gradwatch_gpu_devices_seen 0',
      'gradwatch_gpu_devices_expected 1',
    ]);
    take([row({ index: 0 })]);
    expect(series('gradwatch_gpu_state').filter((line) => line.includes('uuid=""'))).toEqual([]);
    expect(state('0')).toBe('ok');
  });

  test('another card in the same slot takes the place of the one that was there', () => {
    take([row({ index: 0 })]);
    take([row({ index: 0, uuid: 'GPU-new' })]);
    expect(series('gradwatch_gpu_info')).toEqual([
      'gradwatch_gpu_info{uuid="GPU-new",gpu="0",name="H100",driver="590",pci_bus="0000:00:00.0"} 1',
    ]);
  });

  test('a card whose place another took is forgotten, and labelled anew when it comes back', () => {
    const other = row({ index: 0, uuid: 'GPU-new' });
    take([row({ index: 0 })]);
    take([other]);
    take([other, row({ index: 1, uuid: 'GPU-0' })]);
    expect(cards.reports.map(({ uuid, gpu }) => [uuid, gpu])).toEqual([
      ['GPU-new', '0'],
      ['GPU-0', '1'],
    ]);
    // Known again, it keeps that label wherever it goes.
    take([row({ index: 0 })]);
    expect(cards.reports.map(({ uuid, gpu }) => [uuid, gpu])).toContainEqual(['GPU-0', '1']);
  });

  test('a new driver replaces the old in the info', () => {
    take([row({ index: 0 })]);
    take([row({ index: 0, driver: '610' })]);
    expect(series('gradwatch_gpu_info')).toEqual([
      'gradwatch_gpu_info{uuid="GPU-0",gpu="0",name="H100",driver="610",pci_bus="0000:00:00.0"} 1',
    ]);
  });

  test('a reading that is no longer there is absent, not the old one and not zero', () => {
    take([row({ index: 0 })]);
    take([row({ index: 0, values: new Map([['temperature', 60]]) })]);
    expect(series('gradwatch_gpu_power_watts')).toEqual([]);
    expect(series('gradwatch_gpu_temperature_celsius')).toHaveLength(1);
  });

  test('all states are present, one of them 1', () => {
    take([row({ index: 0, state: 'requires_reset' })]);
    const values = series('gradwatch_gpu_state').map((line) => Number(line.slice(-1)));
    expect(values).toHaveLength(gpuStates.length);
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(1);
  });

  test('the configured number is expected, else the most that the driver ever listed', () => {
    take([row({ index: 0, count: 4 })]);
    expect(series('gradwatch_gpu_devices_expected')).toEqual(['gradwatch_gpu_devices_expected 4']);
    cards.none();
    expect(series('gradwatch_gpu_devices')).toEqual([
      'gradwatch_gpu_devices_seen 0',
      'gradwatch_gpu_devices_expected 4',
    ]);
    expect(state('0')).toBe('lost');
    table = new SeriesTable();
    cards = new Cards(table, 8);
    take([row({ index: 0, count: 4 })]);
    expect(series('gradwatch_gpu_devices_expected')).toEqual(['gradwatch_gpu_devices_expected 8']);
  });

  test('one card that is wrong about the number of cards raises nothing that is expected', () => {
    take([0, 1, 2].map((index) => row({ index, count: index === 1 ? 12 : 3 })));
    expect(series('gradwatch_gpu_devices')).toEqual([
      'gradwatch_gpu_devices_seen 3',
      'gradwatch_gpu_devices_expected 3',
    ]);
  });

  test('counts impossible values by field, and rows that belong to nobody', () => {
    take([row({ index: 0, count: 3, dropped: [{ field: 'power.draw', reason: 'impossible' }] }), row({ count: 3 })]);
    expect(series('gradwatch_gpu_dropped_values_total')).toEqual([
      'gradwatch_gpu_dropped_values_total{field="power.draw",reason="impossible"} 1',
    ]);
    expect(series('gradwatch_gpu_unreadable_rows_total')).toEqual(['gradwatch_gpu_unreadable_rows_total 1']);
  });
});

test('what -q -x says before the first row of a card is shown with that row, and only what rows do not offer', () => {
  cards.fed = true;
  const told = row({
    index: 0,
    values: new Map([
      ['power', 1],
      ['pcieReplays', 7],
    ]),
  });
  cards.supplement({ rows: [told], asked: null, unreachable: [] });
  take([row({ index: 0 })]);
  const text = expose('text', table.snapshot());
  expect(text).toContain('gradwatch_gpu_pcie_replays_total{uuid="GPU-0",gpu="0"} 7');
  expect(text).toContain('gradwatch_gpu_power_watts{uuid="GPU-0",gpu="0"} 500');
});

describe('a figure for which rows have a column and -q -x has the value', () => {
  const empty = (facts: Partial<Row> = {}) => row({ index: 0, values: new Map(), ...facts });
  const power = () => series('gradwatch_gpu_power_watts').map((line) => Number(line.split(' ').at(-1)));
  const supplement = (facts: Partial<Row> = {}) => {
    cards.supplement({
      rows: [row({ index: 0, values: new Map([['power', 68.57]]), ...facts })],
      asked: null,
      unreachable: [],
    });
  };

  beforeEach(() => {
    cards.fed = true;
    take([empty()]);
    supplement();
  });

  test('is shown from -q -x, until that is too old', () => {
    expect(power()).toEqual([68.57]);
    take([empty()]);
    expect(power()).toEqual([68.57]);
    cards.expireSupplement();
    expect(power()).toEqual([]);
  });

  test('is that of its rows as soon as they tell it, and does not fall back to an older one', () => {
    take([row({ index: 0 })]);
    expect(power()).toEqual([500]);
    take([empty()]);
    expect(power()).toEqual([]);
    supplement();
    expect(power()).toEqual([]);
    // Rows have not told it since.
    supplement();
    expect(power()).toEqual([68.57]);
  });

  test.each(['lost', 'requires_reset'] as const)('goes when the card is %s, whatever -q -x goes on saying', (fault) => {
    take([empty({ state: fault })]);
    expect(power()).toEqual([]);
    supplement();
    expect(power()).toEqual([]);
    take([empty()]);
    expect(power()).toEqual([]);
  });

  test('goes when rows are too old, or the card is missing', () => {
    take([]);
    expect(power()).toEqual([]);
    take([empty()]);
    expect(power()).toEqual([68.57]);
    cards.expire();
    expect(power()).toEqual([]);
    supplement();
    expect(power()).toEqual([]);
  });
});
