/** A request cannot be answered as it was asked. It is sent as `{"error": {"code", "message"}}` with its status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** snake_case, for programs. */
  readonly code: string;

  /** @param message one sentence for a person: the value, the limit and the way out. */
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
