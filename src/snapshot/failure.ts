/** Why a snapshot could not be written. */
export const failureReasons = ['full', 'read_only', 'not_permitted', 'absent', 'held', 'failed'] as const;
export type FailureReason = (typeof failureReasons)[number];

const byCode: ReadonlyMap<string, FailureReason> = new Map([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'read_only'],
  ['EACCES', 'not_permitted'],
  ['EPERM', 'not_permitted'],
  ['ENOENT', 'absent'],
  ['ENOTDIR', 'absent'],
]);

const clauses: Readonly<Record<FailureReason, string>> = {
  full: 'its disk is full; make room',
  read_only: 'its file system is mounted read-only',
  not_permitted: 'this user may not write there',
  absent: 'it is not there any more; make it again, or mount it',
  held: 'another exporter uses it now; give each its own',
  failed: 'it cannot be written',
};

export interface Failure {
  readonly reason: FailureReason;
  /** One clause: what is wrong and the way out. */
  readonly clause: string;
}

/** What an error of the file system means for the state directory. */
export function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof DirectoryHeldError ? 'held' : (byCode.get(code) ?? 'failed');
  return { reason, clause: reason === 'failed' ? `${clauses.failed}: ${String(error)}` : clauses[reason] };
}

/** Another exporter uses the state directory, or its lock cannot be told from someone else's file. */
export class DirectoryHeldError extends Error {
  override readonly name = 'DirectoryHeldError';
  readonly directory: string;

  constructor(directory: string, clause: string) {
    super(`state.directory ${directory}: ${clause}`);
    this.directory = directory;
  }
}
