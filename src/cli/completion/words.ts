import { schema } from '../../catalogue.ts';
import { leaves, type Leaf } from '../../config/index.ts';
import type { Command } from '../command.ts';
import type { OwnFlag } from '../parse-flags.ts';

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  /** Beside {@link sharedFlags}. */
  readonly flags: readonly OwnFlag[];
  /** Whether it takes the options of the configuration. */
  readonly configurable: boolean;
  /** What it takes that is no flag. */
  readonly operands: 'nothing' | 'path' | readonly string[];
}

export function completedCommand({ name, summary, flags = [], operands = false }: Command): CompletedCommand {
  return {
    ...{ name, summary, configurable: true },
    flags,
    operands: operands ? 'path' : 'nothing',
  };
}

/** Flags of every command that takes the configuration. */
export const sharedFlags: readonly OwnFlag[] = [
  { name: 'config', takes: 'path', help: 'The configuration file, YAML' },
  { name: 'help', takes: 'nothing', help: 'Lists the options' },
  ...leaves(schema).map((leaf) => ({ name: leaf.path, takes: taken(leaf), help: leaf.help })),
];

function taken({ words, expected }: Leaf): OwnFlag['takes'] {
  return words ?? (/\bpath\b/.test(expected) ? 'path' : 'text');
}
