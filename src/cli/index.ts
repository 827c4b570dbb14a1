import { version } from '../version.ts';
import { check } from './check.ts';
import { exitCodes, type Command } from './command.ts';
import { completion } from './completion.ts';
import { replay } from './replay.ts';
import { serve } from './serve.ts';

const configurable: readonly Command[] = [serve, check, replay];
const commands: readonly Command[] = [...configurable, completion(configurable)];

/** Runs the command that the arguments name, `serve` where they name none, and gives the exit code of the process. */
export async function runCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [first, ...rest] = args;
  if (first === '--version') {
    process.stdout.write(`gradwatch ${version}\n`);
    return exitCodes.done;
  }
  if (first === '--help' || first === 'help') {
    process.stdout.write(usage());
    return exitCodes.done;
  }
  if (first === undefined || first.startsWith('-')) return serve.run(args, environment);
  const command = commands.find(({ name }) => name === first);
  if (command === undefined) {
    process.stderr.write(`gradwatch: no command ${first}; there are ${commands.map(({ name }) => name).join(', ')}\n`);
    return exitCodes.usage;
  }
  return command.run(rest, environment);
}

function usage(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: gradwatch [COMMAND] [OPTIONS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'gradwatch COMMAND --help lists the options of a command.',
    '',
  ].join('\n');
}
