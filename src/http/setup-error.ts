/** The HTTP server cannot be set up as it is configured. */
export class HttpSetupError extends Error {
  override readonly name = 'HttpSetupError';
  /** The option to change, for example `http.address`. */
  readonly option: string;
  /** Its value. */
  readonly value: string;

  constructor(option: string, value: string, message: string, options?: ErrorOptions) {
    super(`${option} ${value}: ${message}`, options);
    this.option = option;
    this.value = value;
  }
}
