import { parseArgs } from 'node:util';
import { explain, leaves, nearestOf, readConfig, readRegularFile, type Leaf } from '../config/index.ts';
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
 * @param further mistakes in what the configuration names
 */
export function configure(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  switches: readonly string[] = [],
  own: OwnArguments = {},
  further: (configuration: Configuration) => readonly string[] = () => [],
): Configured {
  const known = leaves(schema);
  const parsed = parseFlags(args, known, switches, own);
  if (parsed.flags['help'] === true) return { help: optionsHelp(known) };

  const set = new Set(switches.filter((name) => parsed.flags[name] === true));
  const { config, ...flags } = Object.fromEntries(
    Object.entries(parsed.flags).filter((flag): flag is [string, string] => typeof flag[1] === 'string'),
  );
  const path = config ?? environment['GRADWATCH_CONFIG'];
  const file = path === undefined ? null : readText(path);
  const read = readConfig(schema, {
    ...(path !== undefined && file !== null && 'text' in file && { file: { name: path, text: file.text } }),
    environment,
    flags,
  });
  const value = 'value' in read ? read.value : read.rest;
  const errors = [
    ...parsed.errors,
    ...(file !== null && 'error' in file ? [file.error] : []),
    ...('value' in read ? [] : read.mistakes.map(explain)),
    ...(value === null ? [] : further(value)),
  ];
  if (errors.length > 0 || value === null) return { errors };
  const repeated = new Map(
    Object.entries(parsed.flags).filter((flag): flag is [string, string[]] => Array.isArray(flag[1])),
  );
  return { configuration: value, switches: set, repeated, operands: parsed.operands };
}

function parseFlags(
  args: readonly string[],
  settable: readonly Leaf[],
  switches: readonly string[],
  { repeated = [], operands = false }: OwnArguments,
): {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
  readonly errors: readonly string[];
} {
  const settings = Object.fromEntries(settable.map(({ path }) => [path, { type: 'string' as const }]));
  const bare = Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }]));
  const lists = Object.fromEntries(
    repeated.map((name) => [name, { type: 'string' as const, multiple: true as const }]),
  );
  const types: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: true }>> = {
    ...settings,
    ...bare,
    ...lists,
    config: { type: 'string' as const },
    help: { type: 'boolean' as const },
  };
  const { complete, errors: lacking } = withoutLacking(args, types);
  const { values, positionals, tokens } = parseArgs({
    args: complete,
    options: types,
    // So that one wrong flag does not hide the others.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const known = Object.keys(types);
  const isKnown = (name: string): boolean => Object.hasOwn(types, name);
  const wrong = tokens.flatMap((token, at) => {
    const before = tokens[at - 1];
    if (token.kind === 'positional')
      // What follows an unknown flag is its value: one mistake, not two.
      return operands || (before?.kind === 'option' && before.value === undefined && !isKnown(before.name))
        ? []
        : [`${token.value}: found an argument, expected flags alone; --help lists them`];
    if (token.kind !== 'option') return [];
    const { rawName, name, value } = token;
    const type = isKnown(name) ? types[name]?.type : undefined;
    if (type === undefined) return [`${rawName}: no such flag; ${meant(known, name)}--help lists them`];
    if (type === 'boolean') return value === undefined ? [] : [`${rawName}: found ${value}, expected no value`];
    return value === undefined ? [`${rawName}: found no value, expected ${rawName}=VALUE`] : [];
  });
  return {
    flags: Object.fromEntries(
      Object.entries(values).filter(
        ([name, value]) =>
          Object.hasOwn(types, name) && (types[name]?.type === 'boolean') === (typeof value === 'boolean'),
      ),
    ),
    operands: positionals,
    errors: [...lacking, ...wrong],
  };
}

/** Takes out flags without their value: the flag that follows is hardly that, and is to be read as ever. */
function withoutLacking(
  args: readonly string[],
  types: Readonly<Record<string, { readonly type: string }>>,
): { readonly complete: string[]; readonly errors: readonly string[] } {
  const complete: string[] = [];
  const errors: string[] = [];
  for (const [at, arg] of args.entries()) {
    const name = arg.startsWith('--') ? arg.slice(2) : '';
    const next = args[at + 1];
    if (Object.hasOwn(types, name) && types[name]?.type === 'string' && next?.startsWith('-') === true)
      errors.push(`${arg}: found ${next} behind it, expected ${arg}=VALUE`);
    else complete.push(arg);
  }
  return { complete, errors };
}

function meant(known: readonly string[], name: string): string {
  const nearest = nearestOf(known, name);
  return nearest?.isNear === true ? `the nearest is --${nearest.name}; ` : '';
}

function readText(path: string): { readonly text: string } | { readonly error: string } {
  try {
    return { text: readRegularFile(path) };
  } catch (error) {
    return { error: `cannot read the configuration file ${path}: ${(error as Error).message}` };
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
