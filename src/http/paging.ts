import { byAge, type Age } from '../findings/index.ts';
import { wholeNumber, type Parameter } from './query.ts';

const mostItems = 1000;
const usualItems = 100;

/** The last item of the page before. Nothing of it changes while the item lives, so what comes and goes meanwhile moves no page. */
const cursor: Parameter<Age> = {
  read: (text) => {
    try {
      const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
      if (!Array.isArray(read)) return undefined;
      const [openedAt, id] = read as readonly unknown[];
      return typeof openedAt === 'number' && typeof id === 'string' ? { openedAt, id } : undefined;
    } catch {
      return undefined;
    }
  },
  expected: 'the field "next" of the page before',
};

export const pageParameters = { limit: wholeNumber(1, mostItems), cursor };

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of all pages together. */
  readonly total: number;
  /** The cursor of the next page; null on the last. */
  readonly next: string | null;
}

/** One page of a list, the youngest first. */
export function page<Item>(
  list: readonly Item[],
  age: (item: Item) => Age,
  wanted: { readonly limit?: number | undefined; readonly cursor?: Age | undefined },
): Page<Item> {
  const { limit = usualItems, cursor: after } = wanted;
  const ordered = list.map((item) => ({ item, age: age(item) })).sort((one, other) => byAge(other.age, one.age));
  const rest = after === undefined ? ordered : ordered.filter((each) => byAge(each.age, after) < 0);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1)?.age;
  return {
    items: shown.map(({ item }) => item),
    total: list.length,
    next:
      rest.length > shown.length && last !== undefined
        ? Buffer.from(JSON.stringify([last.openedAt, last.id])).toString('base64url')
        : null,
  };
}
