import { closeSync, open, read } from 'node:fs';

/** What is read here is a number or a few words. */
const maxAttributeBytes = 256;

/**
 * The text of an attribute of the sys file system. Through the thread pool, since it runs the code of a driver, which may wait; one
 * read between open and close takes less than half the CPU time of `fs.readFile`.
 * Rejects with the error of the system.
 */
export function readAttribute(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (openError, file) => {
      if (openError !== null) {
        reject(openError);
        return;
      }
      const bytes = Buffer.alloc(maxAttributeBytes);
      read(file, bytes, 0, bytes.length, null, (readError, length) => {
        closeSync(file);
        if (readError === null) resolve(bytes.toString('utf8', 0, length));
        else reject(readError);
      });
    });
  });
}

/** Null where there is no such attribute, or the device does not tell it (an interface that is down has no speed). */
export async function findAttribute(path: string): Promise<string | null> {
  try {
    return (await readAttribute(path)).trim();
  } catch {
    return null;
  }
}

/** A count, null for a text that is none. */
export function parseCount(text: string | null): number | null {
  return text !== null && /^\d{1,20}$/.test(text) ? Number(text) : null;
}
