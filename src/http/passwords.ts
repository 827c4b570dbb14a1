import { createHmac, randomBytes } from 'node:crypto';
import type { ComparePassword } from './bcrypt-worker.ts';

/** Verified passwords that are remembered; the one that was verified first makes room. */
const remembered = 128;
/** Passwords that wait to be compared; a flood of wrong ones must not pile up. */
const mostWaiting = 16;
/** The rest of a bcrypt hash that no known password has. */
const noOnesDigest = 'QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

/** Too many passwords wait to be compared. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';

  constructor() {
    super(`${mostWaiting} passwords are being compared, which is the most at a time; try again`);
  }
}

/**
 * Whether users are who they say. A password that was right is not compared again: what is kept of it is a hash under a key of this
 * process, so that neither a dump of the memory nor the time of a look-up gives it away.
 */
export class Passwords {
  readonly #compare: ComparePassword;
  readonly #key = randomBytes(32);
  readonly #verified = new Set<string>();
  readonly #underway = new Map<string, Promise<boolean>>();

  constructor(compare: ComparePassword) {
    this.#compare = compare;
  }

  /**
   * @param users bcrypt hashes by user
   * @throws PasswordsBusyError
   */
  async verify(user: string, password: string, users: ReadonlyMap<string, string>): Promise<boolean> {
    // An unknown user takes as long as a known one with a wrong password.
    const hash = users.get(user) ?? noOnesHash(users);
    const key = this.#keyOf(user, password, hash);
    if (this.#verified.has(key)) return true;
    let answer = this.#underway.get(key);
    if (answer === undefined) {
      if (this.#underway.size >= mostWaiting) throw new PasswordsBusyError();
      answer = this.#compare(password, hash).finally(() => this.#underway.delete(key));
      this.#underway.set(key, answer);
    }
    const right = (await answer) && users.has(user);
    if (right) this.#remember(key);
    return right;
  }

  #remember(key: string): void {
    this.#verified.add(key);
    const [oldest] = this.#verified;
    if (this.#verified.size > remembered && oldest !== undefined) this.#verified.delete(oldest);
  }

  /** With the hash in it, so that a changed one is not passed by what was verified before. */
  #keyOf(...parts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64');
  }
}

/** As costly to compare as the hashes of the users are. */
function noOnesHash(users: ReadonlyMap<string, string>): string {
  const [first = '$2b$10$'] = users.values();
  return `${first.slice(0, 7)}${noOnesDigest}`;
}
