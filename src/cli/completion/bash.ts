import type { OwnFlag } from '../parse-flags.ts';
import { sharedFlags, type CompletedCommand } from './words.ts';

/** A function that completes in bash. zsh takes it by its own emulation, bashcompinit(1). */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const flags = [...sharedFlags, ...commands.flatMap((command) => command.flags)];
  const taking = (what: OwnFlag['takes']) => flags.filter(({ takes }) => takes === what).map(dashed);
  const words = flags.flatMap(({ takes, ...flag }) =>
    typeof takes === 'string' ? [] : [`    ${dashed(flag)}) offered=${list(takes)} ;;`],
  );
  const cases = commands.map(({ name, flags: own, configurable, operands }) => {
    const offered = list([...(typeof operands === 'string' ? [] : operands), ...own.map(dashed)]);
    const files = operands === 'path' ? '' : `${noFiles}; `;
    return `    ${name}) ${files}offered=${offered}${configurable ? and : ''} ;;`;
  });
  return [
    '_gradwatch() {',
    `  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" flag="\${COMP_WORDS[COMP_CWORD-1]}" before= offered`,
    `  local shared=${list(sharedFlags.map(dashed))}`,
    // bash takes the "=" before a value for a word of its own, zsh does not.
    '  case "$current" in',
    '    --*=*) flag="${current%%=*}" before="${current%%=*}=" current="${current#*=}" ;;',
    '    =) current= ;;',
    '  esac',
    '  [ "$flag" = = ] && flag="${COMP_WORDS[COMP_CWORD-2]}"',
    '  COMPREPLY=()',
    '  case "$flag" in',
    `    ${taking('path').join('|')}) return ;;`,
    `    ${taking('text').join('|')}) ${noFiles}; return ;;`,
    ...words,
    '  esac',
    '  if [ -n "$offered" ]; then',
    `    ${noFiles}`,
    '    COMPREPLY=($(compgen -P "$before" -W "$offered" -- "$current"))',
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    // Without a command the options are those of serve.
    `    *) ${noFiles}; offered=${list([...commands.map(({ name }) => name), '--version'])}${and} ;;`,
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

const and = `$'\\n'"$shared"`;

function dashed({ name }: Pick<OwnFlag, 'name'>): string {
  return `--${name}`;
}

/** As one quoted word, split by the line ends in it. */
function list(words: readonly string[]): string {
  return `$'${words.join('\\n')}'`;
}
