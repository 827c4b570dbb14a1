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

/**
 * The interpreter of the environment that python-env.sh makes of python/requirements-NAME.txt, where it has all these modules: $GRADWATCH_PYTHON
 * for `test`. Null, and one line that says so, where it has not. @throws Error in its place when CI=true.
 */
export function pythonWith(modules: readonly string[], name = 'test'): string | null {
  const given = process.env[name === 'test' ? 'GRADWATCH_PYTHON' : `GRADWATCH_PYTHON_${name.toUpperCase()}`];
  const candidate = given ?? spawnSync(script, ['--path', name], { encoding: 'utf8' }).stdout.trim();
  // Imports take seconds each, and a look for them takes none.
  const code = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
  if (spawnSync(candidate, ['-c', code]).status === 0) return candidate;
  const reason = `needs Python with ${modules.join(', ')}: run test/tools/python-env.sh${name === 'test' ? '' : ` ${name}`}`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return null;
}
