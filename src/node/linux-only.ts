import { SourceAbsent } from '../collect/index.ts';

/** For collectors of what only Linux tells in files. @throws SourceAbsent `other_system` elsewhere. */
export function requireLinux(what: string): void {
  if (process.platform !== 'linux')
    throw new SourceAbsent('other_system', `${what} is read on Linux only, this is ${process.platform}`);
}
