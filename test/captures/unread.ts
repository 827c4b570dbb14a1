import { readFileSync } from 'node:fs';
import { parseHeader, splitRow } from '../../src/gpu/csv.ts';
import { parseElement } from '../../src/gpu/detail/element.ts';
import { GpuElements } from '../../src/gpu/detail/gpu-elements.ts';
import { parseLinks } from '../../src/gpu/detail/links.ts';
import { readGpu, readPreamble } from '../../src/gpu/detail/reading.ts';
import { documentPaths, textPaths } from '../../src/gpu/document-paths.ts';
import { readRow } from '../../src/gpu/row.ts';

/** What of an output has no series. */
export interface Unread {
  readonly gpus: number;
  /** Figures, with where they stand. */
  readonly unread: readonly string[];
  readonly dropped: readonly string[];
}

/** Every name that docs/gpu-fields.md lists: what is not read is there with the reason. */
const listed = new Set(
  [...readFileSync(new URL('../../docs/gpu-fields.md', import.meta.url), 'utf8').matchAll(/`([^`]+)`/g)].map(
    ([, name = '']) => name,
  ),
);
/** By path: the fields that look there. */
const fieldsAt = new Map<string, string[]>();
for (const [id, paths] of documentPaths)
  for (const path of paths) fieldsAt.set(path, [...(fieldsAt.get(path) ?? []), id]);
const textsAt = new Set([...textPaths.values()].flat());

const isFigure = (text: string): boolean => /^P?[+-]?\d[\d.,]*\s*\S{0,8}$/.test(text);
/** A path, or one above it, is on the page. */
const isListed = (path: string): boolean =>
  path.split('/').some((_, at, parts) => listed.has(parts.slice(0, at + 1).join('/')));

export function unreadOfDocument(text: string): Unread {
  const cutter = new GpuElements();
  cutter.push(text);
  const about = readPreamble(cutter.preamble);
  const [unread, dropped]: [Set<string>, Set<string>] = [new Set(), new Set()];
  for (const [position, { text }] of cutter.elements.entries()) {
    const element = parseElement(text);
    if (element === null) {
      unread.add(`GPU ${position} as a whole`);
      continue;
    }
    const row = readGpu(element.leaves, position, about);
    for (const { field, reason } of row.dropped) dropped.add(`${field} ${reason}`);
    if (row.state === 'lost') continue;
    for (const [path, said] of element.leaves) {
      if (path.includes('@') || !isFigure(said) || textsAt.has(path)) continue;
      const fields = fieldsAt.get(path);
      const isRead = fields === undefined ? isListed(path) : fields.some((id) => row.values.has(id));
      if (!isRead) unread.add(`${path}: ${said}`);
    }
  }
  return { gpus: cutter.elements.length, unread: [...unread], dropped: [...dropped] };
}

export function unreadOfQuery(text: string): Unread {
  const [first = '', ...lines] = text.trim().split(/\r?\n/);
  const header = parseHeader(first);
  if (header === null) return { gpus: 0, unread: [first], dropped: [] };
  const [unread, dropped]: [Set<string>, Set<string>] = [new Set(), new Set()];
  const names = first.split(', ').map((name) => name.trim().split(' ')[0] ?? '');
  for (const line of lines) {
    const cells = splitRow(line, header);
    if (cells === null) {
      unread.add(line);
      continue;
    }
    const row = readRow(cells, header);
    for (const { field, reason } of row.dropped) dropped.add(`${field} ${reason}`);
    for (const [at, cell] of cells.entries()) {
      const [name = '', column] = [names[at], header.columns[at] ?? null];
      const isRead =
        column === null
          ? listed.has(name)
          : column.identity !== null || column.text !== null || column.readings.some(({ id }) => row.values.has(id));
      if (isFigure(cell) && !isRead) unread.add(`${name}: ${cell}`);
    }
  }
  return { gpus: lines.length, unread: [...unread], dropped: [...dropped] };
}

export function unreadOfLinks(text: string): Unread {
  const lines = text.split(/\r?\n/);
  const gpus = parseLinks([lines]);
  const read = gpus.reduce((sum, { links }) => sum + links.length, 0);
  const named = new Set(
    lines.flatMap((line, at) => {
      const gpu = lines.slice(0, at).findLast((earlier) => /^GPU/.test(earlier));
      const [, link] = /^\s*Link\s+(\d+)/.exec(line) ?? [];
      return link === undefined ? [] : [`${gpu ?? ''} ${link}`];
    }),
  );
  return { gpus: gpus.length, unread: read === named.size ? [] : [`${named.size - read} links`], dropped: [] };
}
