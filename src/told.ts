/** More subjects than there are detectors or paths of ours: the one that was told of longest ago goes. */
const mostSubjects = 64;

/** Keeps a log quiet about what repeats: a failure is news of its subject once, until another one takes its place. */
export class Told {
  readonly #last = new Map<string, string>();

  /** Whether this has to be told. */
  isNews(subject: string, error: unknown): boolean {
    const failure = String(error);
    if (this.#last.get(subject) === failure) return false;
    this.#last.delete(subject);
    this.#last.set(subject, failure);
    const [oldest] = this.#last.keys();
    if (this.#last.size > mostSubjects && oldest !== undefined) this.#last.delete(oldest);
    return true;
  }

  /** The subject works again, so that its next failure is news. */
  works(subject: string): void {
    this.#last.delete(subject);
  }
}
