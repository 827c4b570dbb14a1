import { join } from 'node:path';
import { compileSources, type CompiledSources } from './compiled-sources.ts';

/** The worker client as JavaScript in a folder of its own, for tests that run it in a process of its own. */
export interface CompiledClient extends CompiledSources {
  /** The module that a training program imports. */
  readonly entry: string;
}

/** Compiles `src/client` and what it imports, placed as in the package. */
export function compileClient(): CompiledClient {
  const compiled = compileSources(['src/client', 'src/protocol', 'src/version.ts'], (source) =>
    source.replace(/^src/, 'dist'),
  );
  return { ...compiled, entry: join(compiled.folder, 'dist/client/index.js') };
}
