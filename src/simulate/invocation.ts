import type { Call } from './faults.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly ask: 'help-query-gpu' }
  | Query
  /** Not understood: printed on standard output with exit code 2, invalid argument. */
  | { readonly ask: 'mistake'; readonly text: string };

/** A call that is answered with readings. */
export interface Query {
  readonly ask: Call;
  /** Of `--query-gpu`. */
  readonly fields: readonly string[];
  readonly header: boolean;
  readonly units: boolean;
  /** Index, UUID or bus id of the wanted GPUs; null means all. */
  readonly ids: readonly string[] | null;
  /** Milliseconds between two queries; null means once. */
  readonly everyMilliseconds: number | null;
}

const help = "Please run 'nvidia-smi -h' for help.\n";

/** Reads the command line as nvidia-smi does: `--name=value`, `-l N`, `-lms N`, `-i N`, and `nvlink -s -i N`, which takes one id. */
export function parseInvocation(args: readonly string[]): Invocation {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (args[0] === 'nvlink' && (at < 2 || (at === 2 && args[1] === '-gt'))) continue;
    const [, name, value] = /^(--[^=]+)=(.*)$/.exec(argument) ?? [];
    const short = shortNames.get(argument);
    const long = short ?? argument;
    if (argument === '--help-query-gpu') return { ask: 'help-query-gpu' };
    if (name !== undefined && withValue.has(name)) values.set(name, value ?? '');
    else if (flags.has(long)) values.set(long, '');
    else if (withValue.has(long)) values.set(long, args[(at += 1)] ?? '');
    else return { ask: 'mistake', text: `Invalid combination of input arguments. ${help}` };
  }
  const [seconds, milliseconds] = [values.get('--loop'), values.get('--loop-ms')];
  const format = (values.get('--format') ?? '').split(',');
  const query = {
    fields: (values.get('--query-gpu') ?? '').split(',').map((field) => field.trim()),
    header: !format.includes('noheader'),
    units: !format.includes('nounits'),
    ids: values.get('--id')?.split(',') ?? null,
    everyMilliseconds:
      milliseconds !== undefined ? Number(milliseconds) : seconds !== undefined ? 1000 * Number(seconds) : null,
  };
  const link = args[0] === 'nvlink' ? linkCalls.get(args[1] ?? '') : undefined;
  const id = values.get('--id');
  if (link !== undefined) return { ...query, ask: link, ids: id === undefined ? null : [id] };
  if (values.has('--list-gpus')) return { ...query, ask: 'list', everyMilliseconds: null };
  if (values.has('--query') && values.has('--xml-format')) return { ...query, ask: 'document' };
  if (values.has('--query-gpu') && format.includes('csv')) return { ...query, ask: 'query-gpu' };
  return { ask: 'mistake', text: `"--format=" switch is missing or is invalid. ${help}` };
}

/** By the option of the command `nvlink`. */
const linkCalls = new Map<string, Call>([
  ['-s', 'link-rates'],
  ['-e', 'link-errors'],
  ['-gt', 'link-traffic'],
]);
const withValue = new Set(['--query-gpu', '--format', '--loop', '--loop-ms', '--id']);
const flags = new Set(['--query', '--xml-format', '--list-gpus']);
const shortNames = new Map([
  ['-l', '--loop'],
  ['-lms', '--loop-ms'],
  ['-i', '--id'],
  ['-q', '--query'],
  ['-x', '--xml-format'],
  ['-L', '--list-gpus'],
]);
