import { schema } from '../catalogue.ts';
import { leaves } from '../config/index.ts';
import { exitCodes, type Command } from './command.ts';

const shells = ['bash', 'zsh'] as const;

/** The command that prints what a shell needs to complete the other commands and itself. */
export function completion(others: readonly Command[]): Command {
  const command: Command = {
    name: 'completion',
    summary: `prints completion for a shell: ${shells.join(' or ')}`,
    run: (args) => {
      const [shell, ...rest] = args;
      if (shell === '--help') {
        process.stdout.write(`Usage: source <(gradwatch completion ${shells.join('|')})\n`);
        return Promise.resolve(exitCodes.done);
      }
      if (rest.length > 0 || !shells.some((known) => known === shell)) {
        process.stderr.write(`gradwatch: completion takes the name of a shell, ${shells.join(' or ')}\n`);
        return Promise.resolve(exitCodes.usage);
      }
      process.stdout.write(script(shell === 'zsh', [...others, command]));
      return Promise.resolve(exitCodes.done);
    },
  };
  return command;
}

/** zsh takes the same function by its own emulation, bashcompinit(1). */
function script(zsh: boolean, commands: readonly Command[]): string {
  const options = ['--config', '--help', ...leaves(schema).map(({ path }) => `--${path}`)];
  const cases = commands.map(({ name, switches = [] }) => {
    const words = name === 'completion' ? shells : [...switches.map((word) => `--${word}`), ...options];
    return `    ${name}) words='${words.join(' ')}' ;;`;
  });
  return [
    ...(zsh ? ['#compdef gradwatch', 'autoload -U +X bashcompinit && bashcompinit'] : []),
    '_gradwatch() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" words',
    '  if [ "${COMP_WORDS[COMP_CWORD-1]}" = --config ]; then',
    '    COMPREPLY=($(compgen -f -- "$current"))',
    '    return',
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    // Without a command the options are those of serve.
    `    *) words='${[...commands.map(({ name }) => name), '--version', ...options].join(' ')}' ;;`,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -F _gradwatch gradwatch',
    '',
  ].join('\n');
}
