import type { OwnFlag } from '../parse-flags.ts';
import { sharedFlags, type CompletedCommand } from './words.ts';

/** A function that completes in bash. zsh takes it by its own emulation, bashcompinit(1). */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const flags = [...sharedFlags, ...commands.flatMap((command) => command.flags)];
  const cases = commands.map(({ name, flags: own, configurable, operands }) => {
    const words = typeof operands === 'string' ? [] : operands;
    const offered = [...words, ...[...own, ...(configurable ? sharedFlags : [])].map(dashed)];
    return `    ${name}) ${operands === 'path' ? '' : `${noFiles}; `}offered=${list(offered)} ;;`;
  });
  return [
    '_gradwatch() {',
    `  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" flag="\${COMP_WORDS[COMP_CWORD-1]}" before= offered`,
    // bash takes the "=" before a value for a word of its own, zsh does not.
    '  case "$current" in',
    '    --*=*) flag="${current%%=*}" before="${current%%=*}=" current="${current#*=}" ;;',
    '    =) current= ;;',
    '  esac',
    '  [ "$flag" = = ] && flag="${COMP_WORDS[COMP_CWORD-2]}"',
    '  COMPREPLY=()',
    '  case "$flag" in',
    ...flags.flatMap((flag) => (flag.takes === 'nothing' ? [] : [`    ${dashed(flag)}) ${values(flag)}return ;;`])),
    '  esac',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    // Without a command the options are those of serve.
    `    *) ${noFiles}; offered=${list([...commands.map(({ name }) => name), '--version', ...sharedFlags.map(dashed)])} ;;`,
    '  esac',
    '  COMPREPLY=($(compgen -W "$offered" -- "$current"))',
    '}',
    // Where nothing is offered the shell itself completes paths.
    'complete -o default -F _gradwatch gradwatch',
    '',
  ].join('\n');
}

/** Outside of bash there is no such command. */
const noFiles = 'compopt +o default 2>/dev/null';

function values({ takes }: OwnFlag): string {
  if (takes === 'path') return '';
  if (typeof takes === 'string') return `${noFiles}; `;
  return `${noFiles}; COMPREPLY=($(compgen -P "$before" -W ${list(takes)} -- "$current")); `;
}

function dashed({ name }: OwnFlag): string {
  return `--${name}`;
}

/** As one quoted word, split by the line ends in it. */
function list(words: readonly string[]): string {
  return `$'${words.join('\\n')}'`;
}
