import { createRequire } from 'node:module';
import { CollectorError } from '../collect/index.ts';
import { type Exit, ProcessGate, ProcessGroup, startLeader } from '../programs/index.ts';

/** A part that the library fails to tell is left out; the others are told. */
const script = `
  const si = require(process.argv[1]);
  const parts = {
    os: si.osInfo, cpu: si.cpu, system: si.system, baseboard: si.baseboard,
    memory: si.memLayout, disks: si.diskLayout, interfaces: si.networkInterfaces,
  };
  const told = Object.entries(parts).map(async ([name, ask]) => [name, await ask().catch(() => undefined)]);
  Promise.all(told).then((entries) => process.stdout.write(JSON.stringify(Object.fromEntries(entries))));
`;

/** A machine of a hundred disks and interfaces fills a tenth of it; a longer answer is none of ours, and what is cut off is no JSON. */
const mostCharacters = 1024 * 1024;

/** Between SIGTERM and SIGKILL. */
const graceSeconds = 2;

/** What a reading of the inventory may take, in seconds. */
export const inventoryBudgetSeconds = 30;

/**
 * Takes the inventory in a process of its own, which is ended with all that it started. The library runs a dozen programs for it, some of
 * them synchronously (`hostname -f` asks the name server, which can take seconds), and nothing of that may hold up this process.
 * @param signal when aborted, ends it
 * @param node the program that runs it
 * @throws CollectorError `not_started`, `failed`
 * @throws Error when `signal` was aborted and the process has ended
 */
export async function takeInventory(signal: AbortSignal, node: string = process.execPath): Promise<string> {
  // Options meant for this process (a debugger's port, a loader) are not the child's.
  const environment = { ...process.env, NODE_OPTIONS: '' };
  const gate = new ProcessGate(
    (program, args) => startLeader(program, args, environment),
    node,
    graceSeconds,
    (leader) => new ProcessGroup(leader, '/proc', (pid, sent) => process.kill(pid, sent)),
  );
  const library = createRequire(import.meta.url).resolve('systeminformation');
  let told = '';
  const exit = await gate.run(['--eval', script, library], {
    onText: (text) => {
      if (told.length <= mostCharacters) told += text;
      return true;
    },
    onSilence: () => undefined,
    onStuck: () => undefined,
    // It says nothing before its end: the budget is over earlier.
    silenceSeconds: 2 * inventoryBudgetSeconds,
    calmSeconds: null,
    signal,
  });
  signal.throwIfAborted();
  const trouble = exit === null ? null : troubleOf(exit, node);
  if (trouble !== null) throw trouble;
  return told;
}

function troubleOf({ error, code, signal, stderr }: Exit, node: string): CollectorError | null {
  if (error !== null) {
    return new CollectorError(
      'not_started',
      `the inventory is taken by a process of its own, and ${node} could not be started for it: ${error}`,
    );
  }
  if (code === 0) return null;
  const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
  const [why = ''] = /^\w*Error: .*/m.exec(stderr) ?? [];
  return new CollectorError('failed', `the process that takes the inventory ${how}${why === '' ? '' : `: ${why}`}`);
}
