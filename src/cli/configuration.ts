import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain, leaves, readConfig, type Leaf } from '../config/index.ts';
import { schema, type Configuration } from '../catalogue.ts';

export type Configured =
  | { readonly configuration: Configuration; readonly switches: ReadonlySet<string> }
  /** What to tell the user instead of going on. */
  | { readonly help: string }
  | { readonly errors: readonly string[] };

/**
 * Reads the configuration of a command from its arguments, the environment, and the file that `--config` or GRADWATCH_CONFIG
 * names. All mistakes are reported at once.
 * @param switches the command's own flags, which take no value
 */
export function configure(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  switches: readonly string[] = [],
): Configured {
  const known = leaves(schema);
  const parsed = parseFlags(args, known, switches);
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
  return 'value' in read ? { configuration: read.value, switches: set } : { errors: read.mistakes.map(explain) };
}

function parseFlags(
  args: readonly string[],
  known: readonly Leaf[],
  switches: readonly string[],
): { readonly flags: Record<string, string | boolean | undefined> } | { readonly errors: readonly string[] } {
  const settings = Object.fromEntries(known.map(({ path }) => [path, { type: 'string' as const }]));
  const bare = Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...settings, ...bare, config: { type: 'string' }, help: { type: 'boolean' } },
      strict: true,
    });
    return { flags: { ...values } };
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
