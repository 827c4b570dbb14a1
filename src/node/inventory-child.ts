import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** Part of what systeminformation's `osInfo()` and `cpu()` tell. */
export interface Inventory {
  readonly distribution: string;
  readonly release: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly hostname: string;
  readonly cpuManufacturer: string;
  readonly cpuBrand: string;
}

const program = `
  const si = require(process.argv[1]);
  Promise.all([si.osInfo(), si.cpu()]).then(([os, cpu]) => {
    process.stdout.write(JSON.stringify({ os, cpu }));
  });
`;

/** The answer is about 2 KB; a longer one is none of ours. */
const maximumBytes = 64 * 1024;

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

/** Reads what the child wrote; null where it is not an inventory. A fact that is missing or `unknown` is the empty string. */
export function parseInventory(text: string): Inventory | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const [os, cpu] = [member(parsed, 'os'), member(parsed, 'cpu')];
  if (os === undefined || cpu === undefined) return null;
  const fact = (of: unknown, key: string) => {
    const value = member(of, key);
    return typeof value === 'string' && value !== 'unknown' ? value.trim().slice(0, maximumFactLength) : '';
  };
  return {
    distribution: fact(os, 'distro'),
    release: fact(os, 'release'),
    kernel: fact(os, 'kernel'),
    architecture: fact(os, 'arch'),
    hostname: fact(os, 'hostname'),
    cpuManufacturer: fact(cpu, 'manufacturer'),
    cpuBrand: fact(cpu, 'brand'),
  };
}

/** Host names end at 64 characters, processor names at 48 (CPUID); more is cut, so that a label stays short. */
const maximumFactLength = 128;

function member(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[key] : undefined;
}
