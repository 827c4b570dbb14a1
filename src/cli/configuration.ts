import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain, leaves, readConfig, type Leaf } from '../config/index.ts';
import { schema, type Configuration } from '../catalogue.ts';

export type Configured =
  | {
      readonly configuration: Configuration;
      readonly switches: ReadonlySet<string>;
      readonly repeated: ReadonlyMap<string, readonly string[]>;
      readonly operands: readonly string[];
    }
  /** What to tell the user instead of going on. */
  | { readonly help: string }
  | { readonly errors: readonly string[] };

/** What a command takes beside the options of the configuration and its switches. */
export interface OwnArguments {
  /** Flags with a value that may be given several times. */
  readonly repeated?: readonly string[];
  /** Whether it takes arguments that are no flags. */
  readonly operands?: boolean;
}

/**
 * Reads the configuration of a command from its arguments, the environment, and the file that `--config` or GRADWATCH_CONFIG
 * names. All mistakes are reported at once.
 * @param switches the command's own flags, which take no value
 */
export function configure(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  switches: readonly string[] = [],
  own: OwnArguments = {},
): Configured {
  const known = leaves(schema);
  const parsed = parseFlags(args, known, switches, own);
  if ('errors' in parsed) return parsed;
  if (parsed.flags['help'] === true) return { help: optionsHelp(known) };

  const set = new Set(switches.filter((name) => parsed.flags[name] === true));
  const { config, ...flags } = Object.fromEntries(
    Object.entries(parsed.flags).filter((flag): flag is [string, string] => typeof flag[1] === 'string'),
  );
  const path = config ?? environment['GRADWATCH_CONFIG'];
  const file = path === undefined ? undefined : readText(path);
  if (file !== undefined && 'error' in file) return { errors: [file.error] };

  const read = readConfig(schema, {
    ...(path !== undefined && file !== undefined && { file: { name: path, text: file.text } }),
    environment,
    flags,
  });
  if (!('value' in read)) return { errors: read.mistakes.map(explain) };
  const repeated = new Map(
    Object.entries(parsed.flags).filter((flag): flag is [string, string[]] => Array.isArray(flag[1])),
  );
  return { configuration: read.value, switches: set, repeated, operands: parsed.operands };
}

function parseFlags(
  args: readonly string[],
  known: readonly Leaf[],
  switches: readonly string[],
  { repeated = [], operands = false }: OwnArguments,
):
  | { readonly flags: Record<string, string | boolean | string[] | undefined>; readonly operands: readonly string[] }
  | { readonly errors: readonly string[] } {
  const settings = Object.fromEntries(known.map(({ path }) => [path, { type: 'string' as const }]));
  const bare = Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }]));
  const lists = Object.fromEntries(repeated.map((name) => [name, { type: 'string' as const, multiple: true }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...settings, ...bare, ...lists, config: { type: 'string' }, help: { type: 'boolean' } },
      allowPositionals: operands,
      strict: true,
    });
    return { flags: { ...values }, operands: positionals };
  } catch (error) {
    return { errors: [`${(error as Error).message}; --help lists the options`] };
  }
}

function readText(path: string): { readonly text: string } | { readonly error: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { error: `cannot read the configuration file: ${(error as Error).message}` };
  }
}

function optionsHelp(known: readonly Leaf[]): string {
  const lines = known.map((leaf) => {
    const fallback = leaf.default === null ? 'not set by default' : `default ${leaf.default}`;
    return `  --${leaf.path}\n      ${leaf.help}: ${leaf.expected}, ${fallback} [${leaf.variable}]`;
  });
  return [
    'Options, each also a key of the configuration file and an environment variable:',
    '',
    '  --config FILE',
    '      The configuration file, YAML [GRADWATCH_CONFIG]',
    ...lines,
    '',
  ].join('\n');
}
