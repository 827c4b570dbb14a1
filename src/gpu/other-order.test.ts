import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer, help } from '../simulate/answer.ts';
import { defaultControl } from '../simulate/control.ts';
import { modelNames } from '../simulate/index.ts';
import { parseInvocation } from '../simulate/invocation.ts';
import { offeredFields } from './help-text.ts';
import { LineCutter } from './lines.ts';
import { Reader } from './reader.ts';
import { SampleCutter } from './sample.ts';

// Rows of every model with their columns in another order, and among lines of another kind: what they say is read all the same.

function printed(model: (typeof modelNames)[number], order: (names: readonly string[]) => readonly string[]): string {
  const control = { ...defaultControl, model, gpus: 3 };
  const names = order([...offeredFields(help(control))]);
  const query = parseInvocation([`--query-gpu=${names.join(',')}`, '--format=csv']);
  if (query.ask !== 'query-gpu') throw new Error('the stand-in knows no rows');
  const occasion = { time: new Date('2024-05-01T12:00:00Z'), since: 0, first: true };
  return String(answer(query, control, occasion).stdout);
}

/** The first sample in a text that comes in pieces. */
function read(text: string, chunk = text.length) {
  const [cutter, reader] = [new LineCutter(), new Reader(new SampleCutter(null, []))];
  const lines = [];
  for (let at = 0; at < text.length; at += chunk) lines.push(...cutter.push(text.slice(at, at + chunk)));
  for (const line of [...lines, ...cutter.flush()]) {
    const heard = reader.read(line);
    if (heard.kind === 'sample')
      return heard.sample.rows.map(({ values, texts, offers: _, ...row }) => ({
        ...row,
        values: [...values].sort(),
        texts: [...texts].sort(),
      }));
  }
  return null;
}

test('any order of the columns, however it is cut into pieces', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...modelNames),
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.nat(), { minLength: 256, maxLength: 256 }),
      (model, chunk, chances) => {
        const shuffled = (names: readonly string[]): readonly string[] =>
          names
            .map((name, place) => ({ name, at: chances[place] ?? 0 }))
            .sort((one, other) => one.at - other.at)
            .map(({ name }) => name);
        const plain = read(printed(model, (names) => names));
        expect(plain).toHaveLength(3);
        expect(read(printed(model, shuffled), chunk)).toEqual(plain);
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  ['CRLF ends the lines', (text: string) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark stands first', (text: string) => `\uFEFF${text}`],
  [
    'a warning stands before it',
    (text: string) => `Warning: persistence mode is disabled on device 00000000:1B:00.0.\n${text}`,
  ],
  [
    'a warning stands between the rows',
    (text: string) => text.replace(/\n(.*\n)$/, '\nWARNING: infoROM is corrupted\n$1'),
  ],
  ['empty lines stand between the rows', (text: string) => text.replaceAll('\n', '\n\n')],
  ['cells have blanks around them', (text: string) => text.replaceAll(', ', ',   ')],
])('%s', (_, spell) => {
  for (const model of modelNames) {
    const plain = printed(model, (names) => names);
    expect(read(spell(plain)), model).toEqual(read(plain));
  }
});
