import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether this Linux runs within Windows (WSL), which drives the GPUs: they are not on the PCI bus of this kernel, which hears nothing
 * of their errors. Microsoft's kernels are named so, `5.15.167.4-microsoft-standard-WSL2`.
 */
export function isWithinWindows(procRoot: string): boolean {
  try {
    return /microsoft/i.test(readFileSync(join(procRoot, 'sys/kernel/osrelease'), 'utf8'));
  } catch {
    return false;
  }
}
