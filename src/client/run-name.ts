import { basename, dirname } from 'node:path';

/**
 * A name for a run that nobody named. Every rank of a run must find the same one, so it can hold a moment and a random part only where
 * there is a single rank; else two trainings by the same script have the same name.
 * @param script path of the program, undefined for code that is in no file
 * @param random some hexadecimal digits
 */
export function unnamedRun(script: string | undefined, worldSize: number, now: Date, random: string): string {
  const name = script === undefined || script === '' ? 'node' : scriptName(script);
  if (worldSize > 1) return name;
  const moment = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${name}-${moment}-${random}`;
}

function scriptName(script: string): string {
  const name = basename(script).replace(/\.[cm]?[jt]s$/, '');
  // `node folder` runs the folder's index.
  return name === 'index' ? basename(dirname(script)) || name : name;
}
