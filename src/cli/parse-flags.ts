import { parseArgs } from 'node:util';
import { nearestOf } from '../config/index.ts';

/** A flag of a command beside the options of the configuration. */
export interface OwnFlag {
  /** Without its dashes. */
  readonly name: string;
  /** What it takes: nothing, any text, the path of a file, or one of these words. A flag that takes something may be repeated. */
  readonly takes: 'nothing' | 'text' | 'path' | readonly string[];
  /** What it takes, as the help names it. */
  readonly value?: string;
  /** One sentence, without a full stop. */
  readonly help: string;
}

export interface ParsedFlags {
  /** Of options, by key path. */
  readonly options: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
  /** Of the command's own flags that take something. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Arguments that are no flags. */
  readonly operands: readonly string[];
  /** One line for each mistake. */
  readonly errors: readonly string[];
}

/**
 * Reads the arguments of a command, so that one wrong flag does not hide the others.
 * @param options the key paths of options, each of which takes a value; `config` and the switch `help` come with them
 * @param takesOperands whether arguments are taken that are no flags
 */
export function parseFlags(
  args: readonly string[],
  options: readonly string[],
  own: readonly OwnFlag[],
  takesOperands: boolean,
): ParsedFlags {
  const isSwitch = new Map<string, boolean>([
    ...[...options, 'config'].map((name) => [name, false] as const),
    ...own.map(({ name, takes }) => [name, takes === 'nothing'] as const),
    ['help', true],
  ]);
  const { complete, errors: lacking } = withoutLacking(args, isSwitch);
  const { positionals, tokens } = parseArgs({
    args: complete,
    options: {
      ...Object.fromEntries(
        [...isSwitch].map(([name, bare]) => [name, { type: bare ? 'boolean' : 'string' } as const]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const errors = [...lacking];
  const switches = new Set<string>();
  const values = new Map<string, string[]>();
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'positional') {
      const before = tokens[at - 1];
      // What follows an unknown flag is its value: one mistake, not two.
      const isValue = before?.kind === 'option' && before.value === undefined && !isSwitch.has(before.name);
      if (!takesOperands && !isValue)
        errors.push(`${token.value}: found an argument, expected flags alone; --help lists them`);
    }
    if (token.kind !== 'option') continue;
    const { rawName, name, value } = token;
    const bare = isSwitch.get(name);
    if (bare === undefined)
      errors.push(`${rawName}: no such flag; ${meant([...isSwitch.keys()], name)}--help lists them`);
    else if (bare && value === undefined) switches.add(name);
    else if (bare) errors.push(`${rawName}: found ${value ?? ''}, expected no value`);
    else if (value === undefined) errors.push(`${rawName}: found no value, expected ${rawName}=VALUE`);
    else values.set(name, [...(values.get(name) ?? []), value]);
  }
  const isOwn = (name: string): boolean => own.some((flag) => flag.name === name);
  return {
    options: Object.fromEntries([...values].flatMap(([name, all]) => (isOwn(name) ? [] : [[name, all.at(-1) ?? '']]))),
    switches,
    values: new Map([...values].filter(([name]) => isOwn(name))),
    operands: positionals,
    errors,
  };
}

/** Takes out flags without their value: the flag that follows is hardly that, and is to be read as ever. */
function withoutLacking(
  args: readonly string[],
  isSwitch: ReadonlyMap<string, boolean>,
): { readonly complete: string[]; readonly errors: readonly string[] } {
  const complete: string[] = [];
  const errors: string[] = [];
  for (const [at, arg] of args.entries()) {
    const next = args[at + 1];
    const takesValue = arg.startsWith('--') && isSwitch.get(arg.slice(2)) === false;
    if (takesValue && next?.startsWith('-') === true)
      errors.push(`${arg}: found ${next} behind it, expected ${arg}=VALUE`);
    else complete.push(arg);
  }
  return { complete, errors };
}

function meant(known: readonly string[], name: string): string {
  const nearest = nearestOf(known, name);
  return nearest?.isNear === true ? `the nearest is --${nearest.name}; ` : '';
}
