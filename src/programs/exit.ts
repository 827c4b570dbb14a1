/** How a program ended. */
export interface Exit {
  /** Why it could not be started, an errno name such as ENOENT; null when it ran. */
  readonly error: string | null;
  readonly code: number | null;
  readonly signal: string | null;
  /** It printed nothing for too long and was ended for that. */
  readonly silent: boolean;
  /** The end of what it printed on standard error. */
  readonly stderr: string;
}
