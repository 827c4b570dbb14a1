import { explain, leaves, readConfig, readYamlFile, type Leaf } from '../config/index.ts';
import { schema, type Configuration } from '../catalogue.ts';
import { parseFlags, type OwnFlag } from './parse-flags.ts';

export type Configured =
  | {
      readonly configuration: Configuration;
      readonly switches: ReadonlySet<string>;
      /** Of the command's own flags that take something. */
      readonly values: ReadonlyMap<string, readonly string[]>;
      readonly operands: readonly string[];
    }
  /** What to tell the user instead of going on. */
  | { readonly help: string }
  | Misconfigured;

export interface Misconfigured {
  /** One line for each mistake. */
  readonly errors: readonly string[];
  /** All that is right, with defaults in the place of what is not; null where that leaves nothing. */
  readonly rest: Configuration | null;
  /** The key paths of the options that have such a default. */
  readonly mistaken: ReadonlySet<string>;
  /** Of the command's own flags that take something. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** What a command takes beside the options of the configuration. */
export interface OwnArguments {
  readonly flags?: readonly OwnFlag[];
  /** Whether it takes arguments that are no flags, the paths of files. */
  readonly operands?: boolean;
}

/**
 * Reads the configuration of a command from its arguments, the environment, and the file that `--config` or GRADWATCH_CONFIG
 * names. All mistakes are reported at once.
 */
export function configure(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  { flags: own = [], operands = false }: OwnArguments = {},
): Configured {
  const known = leaves(schema);
  const parsed = parseFlags(
    args,
    known.map(({ path }) => path),
    own,
    operands,
  );
  if (parsed.switches.has('help')) return { help: ownHelp(own) + optionsHelp(known) };

  const { config, ...flags } = parsed.options;
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
  ];
  if (errors.length > 0 || value === null)
    return { errors, rest: value, mistaken: new Set('value' in read ? [] : read.mistaken), values: parsed.values };
  return { configuration: value, switches: parsed.switches, values: parsed.values, operands: parsed.operands };
}

function readText(path: string): { readonly text: string } | { readonly error: string } {
  try {
    return { text: readYamlFile(path) };
  } catch (error) {
    return { error: `cannot read the configuration file ${path}: ${(error as Error).message}` };
  }
}

function ownHelp(flags: readonly OwnFlag[]): string {
  return flags
    .map(({ name, value, help }) => `  --${name}${value === undefined ? '' : `=${value}`}\n      ${help}\n`)
    .concat(flags.length > 0 ? ['\n'] : [])
    .join('');
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
