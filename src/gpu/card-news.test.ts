import { beforeEach, expect, test } from 'vitest';
import { SeriesTable } from '../series/index.ts';
import { Cards } from './cards.ts';
import { nobody } from './row-identity.ts';
import type { Row } from './row.ts';

let cards: Cards;
let said: string[];

beforeEach(() => {
  cards = new Cards(new SeriesTable(), null);
  said = [];
  const log = (level: string) => (facts: object, message: string) =>
    said.push(`${level} ${(facts as { gpus: string[] }).gpus.join()}: ${message}`);
  cards.tellTo({ info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug') });
});

const row = (index: number, state: Row['state'] = 'ok'): Row => ({ ...nobody, index, uuid: `GPU-${index}`, state });

function take(...rows: readonly Row[]): void {
  cards.take({ rows, asked: null, unreachable: [] });
}

test('a card that is lost is told once, and once that it is back', () => {
  take(row(0), row(1));
  for (let beat = 0; beat < 3; beat += 1) take(row(0), row(1, 'lost'));
  for (let beat = 0; beat < 3; beat += 1) take(row(0), row(1));
  expect(said).toEqual(['warn 1: GPUs are lost: the driver does not reach them', 'info 1: GPUs are back']);
});

test('GPUs that are listed no longer are told in one line, and so are they when they are back', () => {
  take(row(0), row(1));
  for (let look = 0; look < 3; look += 1) cards.none();
  take(row(0), row(1));
  expect(said).toEqual(['warn 0,1: GPUs are lost: nvidia-smi lists none any more', 'info 0,1: GPUs are back']);
});

test('a node that never had any says nothing', () => {
  cards.none();
  expect(said).toEqual([]);
});

test('a lost card that was replaced is not back', () => {
  take(row(0), { ...row(1), bus: '0000:43:00.0' });
  take(row(0), { ...row(1, 'lost'), bus: '0000:43:00.0' });
  take(row(0), { ...row(1), uuid: 'GPU-new', bus: '0000:43:00.0' });
  expect(said).toEqual(['warn 1: GPUs are lost: the driver does not reach them']);
});
