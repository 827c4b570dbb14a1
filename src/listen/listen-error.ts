/** The exporter cannot listen as it is configured. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** The option to change, for example `http.address`. */
  readonly option: string;
  /** Its value. */
  readonly value: string;

  constructor(option: string, value: string, message: string, options?: ErrorOptions) {
    super(`${option} ${value}: ${message}`, options);
    this.option = option;
    this.value = value;
  }

  /** What to do about the error of a server that was to listen. */
  static from(option: string, value: string, error: NodeJS.ErrnoException): ListenError {
    const reason = error.code === undefined ? undefined : reasons.get(error.code);
    return new ListenError(option, value, reason ?? error.message, { cause: error });
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another process listens there; stop it or choose another'],
  [
    'EACCES',
    'this user may not listen there; choose a port from 1024, or for a socket a folder that exists and that it may write to',
  ],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTFOUND', 'no such host'],
  ['ENOENT', 'its folder does not exist'],
]);
