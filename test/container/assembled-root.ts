import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Copy, Image } from './containerfile.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * Puts the files of the image into a folder, as a build of the Containerfile would: from this checkout as it is built, this Node.js,
 * and in place of the base image the shared libraries that Node.js names. No shell, and no file beside these.
 */
export function assembleRoot(folder: string, image: Image): void {
  for (const each of image.copies) {
    const target = join(folder, each.target);
    mkdirSync(dirname(target), { recursive: true });
    put(each, target);
    if (each.owner !== null) chownSync(target, ...(each.owner.split(':').map(Number) as [number, number]));
  }
  for (const library of sharedLibraries(process.execPath)) {
    mkdirSync(join(folder, dirname(library)), { recursive: true });
    cpSync(realpathSync(library), join(folder, library));
  }
  // Where a container runtime mounts things.
  for (const mount of ['dev', 'proc', 'sys', 'tmp', 'etc']) mkdirSync(join(folder, mount), { recursive: true });
  for (const device of ['null', 'zero', 'urandom']) writeFileSync(join(folder, 'dev', device), '');
}

/** @throws Error for a source that this does not know how to make. */
function put({ stage, source }: Copy, target: string): void {
  if (stage === null) cpSync(join(root, source), target, { recursive: true });
  else if (source === '/usr/local/bin/node') cpSync(realpathSync(process.execPath), target);
  else if (source === '/app/node_modules') putProductionModules(target);
  else if (source === '/var/lib/gradwatch') mkdirSync(target, { recursive: true });
  else if (source.startsWith('/app/')) cpSync(join(root, source.slice('/app/'.length)), target, { recursive: true });
  else throw new Error(`the Containerfile copies ${source}, which this test cannot make`);
}

/** What `npm prune --omit=dev` leaves, by the lock file. */
function putProductionModules(target: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  for (const [path, { dev, optional }] of Object.entries(lock.packages)) {
    if (path === '' || dev === true || optional === true) continue;
    const source = realpathSync(join(root, path));
    cpSync(source, join(target, path.slice('node_modules/'.length)), {
      recursive: true,
      // Packages inside packages have lines of their own.
      filter: (from) => !from.slice(source.length).includes('/node_modules'),
    });
  }
}

function sharedLibraries(program: string): readonly string[] {
  return execFileSync('ldd', [program], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
