import type { OwnFlag } from '../parse-flags.ts';
import { sharedFlags, type CompletedCommand } from './words.ts';

/** What fish(1) needs to complete: complete(1) of it. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const configurable = commands.filter((command) => command.configurable).map(({ name }) => name);
  return [
    '# Whether the command line is one of these commands; without a name it is serve.',
    'function __gradwatch_is',
    '    set -l words (commandline -opc)',
    '    set -l command serve',
    "    if set -q words[2]; and not string match -q -- '-*' $words[2]",
    '        set command $words[2]',
    '    end',
    '    contains -- $command $argv',
    'end',
    'complete -c gradwatch -f',
    "complete -c gradwatch -n 'test (count (commandline -opc)) -eq 1' -l version -d 'Prints the version'",
    ...commands.flatMap(({ name, summary, flags, operands }) => [
      `complete -c gradwatch -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d ${quoted(summary)}`,
      ...flags.map((flag) => flagLine([name], flag)),
      ...(operands === 'path' ? [`complete -c gradwatch -n '__gradwatch_is ${name}' -F`] : []),
      ...(typeof operands === 'string'
        ? []
        : [`complete -c gradwatch -n '__gradwatch_is ${name}' -a ${quoted(operands.join(' '))}`]),
    ]),
    ...sharedFlags.map((flag) => flagLine(configurable, flag)),
    '',
  ].join('\n');
}

function flagLine(commands: readonly string[], { name, takes, help }: OwnFlag): string {
  const value =
    takes === 'nothing'
      ? ''
      : takes === 'path'
        ? ' -r -F'
        : ` -x${takes === 'text' ? '' : ` -a ${quoted(takes.join(' '))}`}`;
  return `complete -c gradwatch -n '__gradwatch_is ${commands.join(' ')}' -l ${name}${value} -d ${quoted(help)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
