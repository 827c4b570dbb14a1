import type { Finding } from './finding.ts';

/** The findings that were resolved last. */
export class Resolved {
  /** Oldest first. */
  readonly #findings: Finding[] = [];
  readonly #most: () => number;

  constructor(most: () => number) {
    this.#most = most;
  }

  get oldestFirst(): readonly Finding[] {
    return this.#findings;
  }

  findId(id: string): Finding | undefined {
    return this.#findings.find((finding) => finding.id === id);
  }

  keep(finding: Finding): void {
    this.#findings.push(finding);
    if (this.#findings.length > this.#most()) this.#findings.shift();
  }
}
