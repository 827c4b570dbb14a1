import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';

const usual = '/run/gradwatch/gradwatch.sock';

/** Where to listen: as configured, else at the usual place where its folder exists and can be written; null for nowhere. */
export function socketPath(configured: string | undefined, standard = usual): string | null {
  if (configured !== undefined) return configured === 'none' ? null : configured;
  try {
    accessSync(dirname(standard), constants.W_OK | constants.X_OK);
    return standard;
  } catch {
    return null;
  }
}
