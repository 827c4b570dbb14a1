import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

const script = new URL('./install.sh', import.meta.url);

/**
 * The path of a real program that tests drive, null where it is not installed. Looked for in $GRADWATCH_TOOLS, on the PATH, and in
 * the folder that install.sh fills.
 */
export function tool(name: string): string | null {
  const folders = [process.env['GRADWATCH_TOOLS'], ...(process.env['PATH'] ?? '').split(delimiter), installed()];
  for (const folder of folders) {
    if (folder === undefined || folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}

/**
 * A group of tests that need real programs; it is given their paths. Where one is missing the group is skipped with one line that
 * says so. @throws Error in its place when CI=true.
 */
export function describeWithTools<const Name extends string>(
  names: readonly Name[],
  title: string,
  define: (programs: Readonly<Record<Name, string>>) => void,
): void {
  const found = names.map((name) => [name, tool(name)] as const);
  const missing = found.filter(([, path]) => path === null).map(([name]) => name);
  if (missing.length === 0) {
    const programs = Object.fromEntries(found) as Record<Name, string>;
    describe(title, () => {
      define(programs);
    });
    return;
  }
  const reason = `needs ${missing.join(', ')}: run test/tools/install.sh`;
  if (process.env['CI'] === 'true') throw new Error(`${title} ${reason}`);
  console.warn(`skipped: ${title} ${reason}`);
  describe.skip(title, () => {
    it(reason);
  });
}

/** The folder that install.sh prints, reckoned as the script does, whether it is there or not. */
function installed(): string {
  const environment = process.env;
  const cache =
    environment['GRADWATCH_CACHE'] ?? join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gradwatch');
  const key = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 12);
  return join(cache, `tools-${key}`, 'bin');
}
