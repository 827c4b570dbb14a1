import { exitCodes, type Command } from './command.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { completedCommand, type CompletedCommand } from './completion/words.ts';

const scripts = new Map<string, (commands: readonly CompletedCommand[]) => string>([
  ['bash', bashScript],
  ['zsh', (commands) => `#compdef gradwatch\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`],
  ['fish', fishScript],
]);
const shells = [...scripts.keys()];

/** The command that prints what a shell needs to complete the other commands and itself. */
export function completion(others: readonly Command[]): Command {
  const name = 'completion';
  const summary = `prints completion for a shell: ${shells.join(', ')}`;
  return {
    name,
    summary,
    run: (args) => {
      const [shell = '', ...rest] = args;
      if (shell === '--help' || shell === '-h') {
        process.stdout.write(
          'Usage: source <(gradwatch completion bash|zsh)\n       gradwatch completion fish | source\n',
        );
        return Promise.resolve(exitCodes.done);
      }
      const script = scripts.get(shell);
      if (script === undefined || rest.length > 0) {
        process.stderr.write(`gradwatch: completion takes the name of a shell, one of ${shells.join(', ')}\n`);
        return Promise.resolve(exitCodes.usage);
      }
      const itself = { name, summary, flags: [], configurable: false, operands: shells };
      process.stdout.write(script([...others.map(completedCommand), itself]));
      return Promise.resolve(exitCodes.done);
    },
  };
}
