import { describe, expect, test } from 'vitest';
import { SeriesTable, expose } from '../series/index.ts';
import { modelOutput, queryFields } from '../simulate/index.ts';
import { Cards } from './cards.ts';
import { chooseFields } from './fields.ts';
import { Reader } from './reader.ts';
import { SampleCutter } from './sample.ts';

const { asked } = chooseFields(new Set(queryFields.flatMap(({ names }) => names)), { details: true });

/** What /metrics says of the GPUs after one sample of the stand-in. */
function scraped(faults: Parameters<typeof modelOutput>[1]['faults']): string {
  const table = new SeriesTable();
  const cards = new Cards(table, null);
  const reader = new Reader(new SampleCutter());
  const output = modelOutput(
    asked,
    { gpus: 2, seed: 1, driver: '590.48.01', faults },
    new Date('2026-08-01T12:00:00Z'),
  );
  for (const line of output.trimEnd().split('\n')) {
    const heard = reader.read(line);
    if (heard.kind === 'sample') cards.take(heard.sample);
  }
  return expose('text', table.snapshot());
}

describe('/metrics of two H100', () => {
  test('is what it was', async () => {
    await expect(scraped([])).toMatchFileSnapshot('golden/h100.txt');
  });

  test('a lost card keeps what it is and loses its readings', () => {
    const lines = (text: string) =>
      text.split('\n').filter((line) => !line.startsWith('#') && line.includes('gpu="1"'));
    const before = lines(scraped([]));
    const after = lines(scraped([{ kind: 'lost', gpu: 1 }]));
    expect(before.length).toBeGreaterThan(100);
    expect(after.map((line) => line.replace(/{.*/, '')).filter((name) => name !== 'gradwatch_gpu_state')).toEqual([
      'gradwatch_gpu_board_info',
      'gradwatch_gpu_info',
    ]);
  });
});
