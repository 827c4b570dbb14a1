import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The worker client as JavaScript in a folder of its own, for tests that run it in a process of its own. */
export interface CompiledClient {
  readonly folder: string;
  /** The module that a training program imports. */
  readonly entry: string;
  remove(): void;
}

/** Compiles `src/client` and what it imports as it stands now, so that no test looks at an older build. */
export function compileClient(): CompiledClient {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-client-'));
  const rooms = ['src/client', 'src/protocol'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  for (const source of [...rooms, 'src/version.ts'].filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )) {
    const { outputText } = ts.transpileModule(readFileSync(join(root, source), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    const target = join(folder, source.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  cpSync(join(root, 'proto'), join(folder, 'proto'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    entry: join(folder, 'dist/client/index.js'),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
