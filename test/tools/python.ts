import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const script = resolve(import.meta.dirname, 'python-env.sh');

/**
 * The interpreter of the environment with PyTorch: $GRADWATCH_PYTHON, or the one that python-env.sh has made. Null, and one line that
 * says so, where there is none. @throws Error in its place when CI=true.
 */
export function pythonWithTorch(): string | null {
  const candidate =
    process.env['GRADWATCH_PYTHON'] ?? spawnSync(script, ['--path'], { encoding: 'utf8' }).stdout.trim();
  if (spawnSync(candidate, ['-c', 'import torch, sklearn, grpc']).status === 0) return candidate;
  const reason = 'needs Python with PyTorch: run test/tools/python-env.sh';
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return null;
}
