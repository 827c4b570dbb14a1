/** What a request takes beside what came of its message: its call and its headers. */
const callBytes = 16 * 1024;
/** What each piece of a message takes beside its bytes. */
const pieceBytes = 256;

/** A request of which not all has come. */
export interface UnfinishedRequest {
  /** What it takes, about. */
  bytes: number;
  /** Is to make room for others. */
  readonly giveWay: () => void;
}

/**
 * Bounds the memory of all requests that are not whole: whoever begins many and ends none costs no more. An honest request is whole within
 * milliseconds, so the oldest gives way.
 */
export class UnfinishedRequests {
  readonly #mostBytes: number;
  /** In the order in which they began. */
  readonly #open = new Set<UnfinishedRequest>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** A request begins. It may give way at once. */
  begin(giveWay: () => void): UnfinishedRequest {
    const request = { bytes: 0, giveWay };
    this.#open.add(request);
    this.#charge(request, callBytes);
    return request;
  }

  /** A piece of a message came. */
  came(request: UnfinishedRequest, bytes: number): void {
    if (this.#open.has(request)) this.#charge(request, bytes + pieceBytes);
  }

  /** It is whole, or has ended. */
  end(request: UnfinishedRequest): void {
    if (this.#open.delete(request)) this.#bytes -= request.bytes;
  }

  #charge(request: UnfinishedRequest, bytes: number): void {
    request.bytes += bytes;
    this.#bytes += bytes;
    for (const oldest of this.#open) {
      if (this.#bytes <= this.#mostBytes) return;
      this.end(oldest);
      oldest.giveWay();
    }
  }
}
