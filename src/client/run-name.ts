import { basename, dirname } from 'node:path';
import type { Environment } from './settings.ts';

/**
 * A name for a run that nobody named. Every rank of a run must find the same one, so it can hold a moment and a random part only where
 * there is a single rank; else two trainings by the same script and with the same master have the same name.
 * @param script.path path of the program, undefined for code that is in no file
 * @param random some hexadecimal digits
 */
export function unnamedRun(
  script: { readonly path: string | undefined; readonly worldSize: number; readonly environment: Environment },
  now: Date,
  random: string,
): string {
  const { path, worldSize, environment } = script;
  const name = path === undefined || path === '' ? 'node' : scriptName(path);
  if (worldSize > 1) {
    const { MASTER_ADDR, MASTER_PORT } = environment;
    return [name, MASTER_ADDR, MASTER_PORT].filter(Boolean).join('-');
  }
  const moment = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${name}-${moment}-${random}`;
}

function scriptName(script: string): string {
  const name = basename(script).replace(/\.[cm]?[jt]s$/, '');
  // `node folder` runs the folder's index.
  return name === 'index' ? basename(dirname(script)) || name : name;
}
