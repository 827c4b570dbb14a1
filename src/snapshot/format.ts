import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { fromLine, toLine } from './json.ts';
import type { Room } from './room.ts';
import type { Section } from './section.ts';

/**
 * A snapshot is a text file, one JSON value in a line: first what it is, then for each section its name and version and below them its
 * parts, each as `{"part": …}`, at last the seal: the SHA-256 of all lines before it. A file that was cut or changed has no right seal.
 */
const format = 'gradwatch-snapshot';
const formatVersion = 1;

/** A larger file is neither written nor read. A rank takes about 20 KB of it. */
export const maxBytes = 64 * 1024 * 1024;
/** Of text that is made before the event loop gets a turn; a rank is more than one such piece. */
const chunkLength = 16_384;
/** Bytes of the seal: 64 hexadecimal digits and their name. */
const sealLength = 78;

const headSchema = v.object({ format: v.literal(format), version: v.number(), time: v.number() });
const sectionSchema = v.object({ section: v.string(), version: v.number() });
const partSchema = v.object({ part: v.unknown() });
const sealSchema = v.object({ sha256: v.string() });

export interface SavedSection {
  readonly version: number;
  readonly parts: readonly unknown[];
}

export type ReadSnapshot =
  | { readonly time: number; readonly sections: ReadonlyMap<string, SavedSection> }
  /** One clause: why the file cannot be used. */
  | { readonly refusal: string };

/**
 * The text of a snapshot in pieces. The sections' parts are made as the pieces are asked for. A part for which there is no room is left
 * out, and its section is told.
 * @param time Unix seconds
 */
export function* write(
  sections: readonly Section[],
  time: number,
  room: Room,
  leftOut: (section: string) => void,
): Generator<string, void, undefined> {
  const hash = createHash('sha256');
  let pending = toLine({ format, version: formatVersion, time });
  const begins = sections.map(({ name, version }) => toLine({ section: name, version }));
  room.begin(Buffer.byteLength(pending + begins.join('')) + sealLength);
  for (const [at, section] of sections.entries()) {
    pending += begins[at] ?? '';
    for (const part of section.save()) {
      const line = toLine({ part });
      if (!room.take(Buffer.byteLength(line))) {
        section.leftOut?.(part);
        leftOut(section.name);
        continue;
      }
      pending += line;
      if (pending.length < chunkLength) continue;
      hash.update(pending);
      yield pending;
      pending = '';
    }
  }
  hash.update(pending);
  yield pending + toLine({ sha256: hash.digest('hex') });
}

/** Reads any bytes. Never throws. */
export function read(bytes: Buffer, limit = maxBytes): ReadSnapshot {
  if (bytes.length > limit) return { refusal: `it is larger than ${limit} bytes` };
  // The seal is the last line, which ends with the file.
  const sealAt = bytes.length < 2 ? 0 : bytes.lastIndexOf('\n', bytes.length - 2) + 1;
  const seal = parse(sealSchema, bytes.toString('utf8', sealAt));
  if (seal === null || bytes.at(-1) !== 10) return { refusal: 'it is not whole: it does not end with a seal' };
  const content = bytes.subarray(0, sealAt);
  if (createHash('sha256').update(content).digest('hex') !== seal.sha256) {
    return { refusal: 'it was damaged: its checksum does not match' };
  }
  return readLines(content.toString('utf8').split('\n').slice(0, -1));
}

function readLines([first, ...lines]: readonly string[]): ReadSnapshot {
  const head = parse(headSchema, first ?? '');
  if (head === null) return { refusal: 'it is no snapshot of gradwatch' };
  if (head.version !== formatVersion) {
    return { refusal: `it is of format ${head.version}, and this gradwatch reads format ${formatVersion}` };
  }
  const sections = new Map<string, { version: number; parts: unknown[] }>();
  let current: unknown[] | undefined;
  for (const line of lines) {
    const begin = parse(sectionSchema, line);
    const held = begin === null ? parse(partSchema, line) : null;
    if (begin !== null) {
      current = [];
      sections.set(begin.section, { version: begin.version, parts: current });
    } else if (held !== null && current !== undefined) current.push(held.part);
    else return { refusal: 'it has a line that is neither a section nor a part' };
  }
  return { time: head.time, sections };
}

function parse<Schema extends v.GenericSchema>(schema: Schema, line: string): v.InferOutput<Schema> | null {
  try {
    const result = v.safeParse(schema, fromLine(line));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}
