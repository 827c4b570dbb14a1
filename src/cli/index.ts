import { version } from '../version.ts';
import { exitCodes, type Command } from './command.ts';

/** Every command, loaded when it is called: a server need not hold the code of the others for months. */
const configurable = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./serve.ts')).serve],
  ['check', async () => (await import('./check.ts')).check],
  ['replay', async () => (await import('./replay.ts')).replay],
  ['demo', async () => (await import('./demo.ts')).demo],
]);
const commands = new Map(configurable).set('completion', async () => {
  const { completion } = await import('./completion.ts');
  return completion(await Promise.all([...configurable.values()].map((load) => load())));
});

/** Runs the command that the arguments name, `serve` where they name none, and gives the exit code of the process. */
export async function runCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [first, ...rest] = args;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // A reader that has seen enough, as head(1) has, is no fault.
    if (code !== 'EPIPE') failUnwritten(message);
  });
  // Nobody is left to be told that a sentence was lost.
  process.stderr.on('error', () => undefined);
  if (first === '--version') {
    process.stdout.write(`gradwatch ${version}\n`);
    return exitCodes.done;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    process.stdout.write(await usage());
    return exitCodes.done;
  }
  const named = first !== undefined && !first.startsWith('-');
  const load = commands.get(named ? first : 'serve');
  if (load === undefined) {
    process.stderr.write(`gradwatch: no command ${first ?? ''}; there are ${[...commands.keys()].join(', ')}\n`);
    return exitCodes.usage;
  }
  return (await load()).run(named ? rest : args, environment);
}

/** What was asked for was not told: whatever becomes of the rest, the command did not do its work. */
function failUnwritten(message: string): void {
  process.stderr.write(`gradwatch: standard output cannot be written to: ${message}\n`);
  process.once('exit', () => {
    process.exitCode = exitCodes.failed;
  });
}

async function usage(): Promise<string> {
  const loaded = await Promise.all([...commands.values()].map((load) => load()));
  const width = Math.max(...loaded.map(({ name }) => name.length));
  return [
    'Usage: gradwatch [COMMAND] [OPTIONS]',
    '',
    ...loaded.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'gradwatch COMMAND --help lists the options of a command.',
    '',
  ].join('\n');
}
