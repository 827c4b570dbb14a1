/** What one check found. */
export interface CheckResult {
  /** What was looked at: `collector gpu`, `http.address`. */
  readonly subject: string;
  /** `off`: it is not asked for. `absent`: this machine has no such thing, or does not let it be read. `failing` alone makes the whole check fail. */
  readonly outcome: 'works' | 'off' | 'absent' | 'failing';
  /** One clause: what will be there, or why not. */
  readonly says: string;
  /** What else a person wants to know. */
  readonly notes: readonly string[];
}
