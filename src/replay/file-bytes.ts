import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * The bytes of a recording, of a .gz those that it holds. A file that cannot be read or unpacked fails as they are read.
 */
export function bytesOf(path: string): Readable {
  const file = createReadStream(path);
  // Whose end it is, who reads is told.
  return /\.gz$/i.test(path) ? pipeline(file, createGunzip(), () => undefined) : file;
}
