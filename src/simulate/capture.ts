import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from './faults.ts';

/** Names under which the output of a command is looked for, the preferred one first. */
const names = {
  'query-gpu': ['query-gpu.csv', 'query.csv'],
  document: ['q-x.xml', 'q.xml'],
  list: ['list.txt', 'L.txt'],
  'link-rates': ['nvlink-s.txt', 'nvlink-status.txt'],
  'link-errors': ['nvlink-e.txt', 'nvlink-errors.txt'],
  'link-traffic': ['nvlink-gt-d.txt'],
  'help-query-gpu': ['help-query-gpu.txt', 'help.txt'],
} as const satisfies Record<Call | 'help-query-gpu', readonly string[]>;

/** Folders within a capture: of a state of the machine, and of what does not depend on it. */
const folders = ['.', 'load', 'idle', 'capabilities'];

/**
 * What a real machine printed for a command, from a folder of its output. A file has the name of its command (`query-gpu.csv`,
 * `q-x.xml`, `list.txt`, `help-query-gpu.txt`); that of one state of several has the state in its name (`q-x.lost.xml`) or lies in a
 * folder of that name (`load/query-gpu.csv`).
 * @param state null: whichever there is
 * @returns null where the capture does not have it
 */
export function captured(folder: string, state: string | null, command: Call | 'help-query-gpu'): string | null {
  for (const name of names[command]) {
    const [stem = '', extension = ''] = name.split(/\.(?=[^.]*$)/);
    const ofState = state === null ? [] : [join(state, name), `${stem}.${state}.${extension}`];
    const anyState = state === null ? statesOf(folder, stem, extension) : [];
    for (const path of [...ofState, ...folders.map((within) => join(within, name)), ...anyState]) {
      const text = read(join(folder, path));
      if (text !== null) return text;
    }
  }
  return null;
}

/** Files such as `q-x.healthy.xml`, by name. */
function statesOf(folder: string, stem: string, extension: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${stem}.`) && name.endsWith(`.${extension}`))
      .sort();
  } catch {
    return [];
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
