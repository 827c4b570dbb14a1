import { queryField, type QueryField } from './query-fields.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly ask: 'help-query-gpu' }
  | { readonly ask: 'list' }
  | {
      readonly ask: 'query-gpu';
      readonly fields: readonly QueryField[];
      readonly header: boolean;
      readonly units: boolean;
      /** Index, UUID or bus id of the wanted GPUs; null means all. */
      readonly ids: readonly string[] | null;
      /** Milliseconds between two queries; null means once. */
      readonly everyMilliseconds: number | null;
    }
  /** Not understood: printed on standard output with exit code 2, invalid argument. */
  | { readonly ask: 'mistake'; readonly text: string };

/** Reads the command line as nvidia-smi does: `--name=value`, `-l N`, `-lms N`, `-i N`. */
export function parseInvocation(args: readonly string[]): Invocation {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    const [, name, value] = /^(--[^=]+)=(.*)$/.exec(argument) ?? [];
    if (argument === '--help-query-gpu') return { ask: 'help-query-gpu' };
    if (argument === '-L' || argument === '--list-gpus') return { ask: 'list' };
    if (name !== undefined && longNames.has(name)) values.set(name, value ?? '');
    else if (shortNames.has(argument)) values.set(shortNames.get(argument) ?? '', args[(at += 1)] ?? '');
    else
      return { ask: 'mistake', text: `Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n` };
  }
  const format = (values.get('--format') ?? '').split(',');
  if (!values.has('--query-gpu') || !format.includes('csv')) {
    return {
      ask: 'mistake',
      text: `"--format=" switch is missing or is invalid. Please run 'nvidia-smi -h' for help.\n`,
    };
  }
  const fields: QueryField[] = [];
  for (const name of (values.get('--query-gpu') ?? '').split(',')) {
    const field = queryField(name.trim());
    if (field === undefined) return { ask: 'mistake', text: `Field "${name}" is not a valid field to query.\n` };
    fields.push(field);
  }
  const [seconds, milliseconds] = [values.get('--loop'), values.get('--loop-ms')];
  return {
    ask: 'query-gpu',
    fields,
    header: !format.includes('noheader'),
    units: !format.includes('nounits'),
    ids: values.get('--id')?.split(',') ?? null,
    everyMilliseconds:
      milliseconds !== undefined ? Number(milliseconds) : seconds !== undefined ? 1000 * Number(seconds) : null,
  };
}

const longNames = new Set(['--query-gpu', '--format', '--loop', '--loop-ms', '--id']);
const shortNames = new Map([
  ['-l', '--loop'],
  ['-lms', '--loop-ms'],
  ['-i', '--id'],
]);
