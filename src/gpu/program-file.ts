import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What lies where a program should be that the kernel did not start. */
export type ProgramFile =
  /** Nothing; `elsewhere`: it lies in a folder that is not on the search path. */
  | { readonly kind: 'missing'; readonly elsewhere: string | null }
  /** A program whose loader or interpreter is not there, or is not known. */
  | { readonly kind: 'no_loader'; readonly path: string; readonly loader: string | null };

/** What execvp(3) searches where there is no PATH, in glibc and in libuv. */
const usualPath = '/usr/bin:/bin';
/** Where drivers put nvidia-smi that is often not on the search path: of Windows into its Linux machines, of GKE into its nodes. */
const unusualFolders = ['/usr/lib/wsl/lib', '/usr/local/nvidia/bin', '/home/kubernetes/bin/nvidia/bin'];

/**
 * Why a program was not found (ENOENT): execve(2) says the same of a file that is not there and of one whose loader or interpreter is
 * not there, as a program linked with glibc in an image that has musl.
 * @param program a path, or a name that is searched for
 */
export function inspectProgram(
  program: string,
  searchPath: string = process.env['PATH'] ?? usualPath,
  elsewhere: readonly string[] = unusualFolders,
): ProgramFile {
  const path = pathOf(program, searchPath);
  if (path === null) {
    return { kind: 'missing', elsewhere: program.includes('/') ? null : pathOf(program, elsewhere.join(':')) };
  }
  const loader = loaderOf(path);
  return { kind: 'no_loader', path, loader: loader === null || isFile(loader) ? null : loader };
}

/** Where a program lies that is there; null when it is nowhere. */
export function pathOf(program: string, searchPath: string = process.env['PATH'] ?? usualPath): string | null {
  const places = program.includes('/') ? [program] : searchPath.split(':').map((folder) => join(folder, program));
  return places.find(isFile) ?? null;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The program header of this type names the loader: elf(5), PT_INTERP. */
const interpreterType = 3;
const longestName = 256;

/** The interpreter after `#!`, or the loader that an ELF program names; null where it names none or cannot be read. */
export function loaderOf(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  const read = (offset: number, length: number): Buffer => {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
  };
  try {
    const head = read(0, longestName);
    const [, script] = /^#!\s*([^\s\0]+)/.exec(head.toString('latin1')) ?? [];
    if (script !== undefined) return script;
    return head.subarray(0, 4).toString('latin1') === '\x7fELF' ? elfLoader(head, read) : null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** Of 64-bit little-endian programs: all that NVIDIA has drivers for. Offsets: elf(5), Elf64_Ehdr and Elf64_Phdr. */
function elfLoader(head: Buffer, read: (offset: number, length: number) => Buffer): string | null {
  const is64LittleEndian = head[4] === 2 && head[5] === 1;
  if (!is64LittleEndian) return null;
  const [table, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let at = 0; at < count; at += 1) {
    const header = read(table + at * size, 56);
    if (header.readUInt32LE(0) !== interpreterType) continue;
    const length = Math.min(Number(header.readBigUInt64LE(32)), longestName);
    return (
      read(Number(header.readBigUInt64LE(8)), length)
        .toString('latin1')
        .split('\0', 1)[0] ?? null
    );
  }
  return null;
}
