import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** A part that the library fails to tell is left out; the others are told. */
const program = `
  const si = require(process.argv[1]);
  const parts = {
    os: si.osInfo, cpu: si.cpu, system: si.system, baseboard: si.baseboard,
    memory: si.memLayout, disks: si.diskLayout, interfaces: si.networkInterfaces,
  };
  const told = Object.entries(parts).map(async ([name, ask]) => [name, await ask().catch(() => undefined)]);
  Promise.all(told).then((entries) => process.stdout.write(JSON.stringify(Object.fromEntries(entries))));
`;

/** A machine of a hundred disks and interfaces fills a tenth of it; a longer answer is none of ours. */
const maximumBytes = 1024 * 1024;

/**
 * Takes the inventory in a process of its own. The library runs a dozen programs for it, some of them synchronously (`hostname -f`
 * asks the name server, which can take seconds), and nothing of that may hold up this process.
 * @throws Error when the child fails, or when `signal` is aborted, which kills it.
 */
export async function takeInventory(signal: AbortSignal): Promise<string> {
  const library = createRequire(import.meta.url).resolve('systeminformation');
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program, library], {
    // Options meant for this process (a debugger's port, a loader) are not the child's.
    env: { ...process.env, NODE_OPTIONS: '' },
    signal,
    killSignal: 'SIGKILL',
    maxBuffer: maximumBytes,
    windowsHide: true,
  });
  return stdout;
}
