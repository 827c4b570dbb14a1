/** The exporter cannot listen where it was told to. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** The address or path, as in the configuration. */
  readonly where: string;

  constructor(where: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.where = where;
  }
}
