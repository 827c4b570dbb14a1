import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A real program that a test started; what it prints is kept for the message of a failure. */
export class Program {
  readonly name: string;
  readonly child: ChildProcess;
  #output = '';
  readonly #exited: Promise<number | null>;

  constructor(
    name: string,
    command: string,
    args: readonly string[],
    options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
  ) {
    this.name = name;
    this.child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output = (this.#output + text).slice(-100_000)));
    }
    this.#exited = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  get output(): string {
    return this.#output;
  }

  /** The exit code; null when a signal ended it. */
  exited(): Promise<number | null> {
    return this.#exited;
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async stop(graceMilliseconds = 10_000): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const forced = setTimeout(() => this.child.kill('SIGKILL'), graceMilliseconds);
    await this.#exited;
    clearTimeout(forced);
  }
}

/**
 * Asks until the answer is there. The answer `undefined`, and an error, mean not yet.
 * @throws Error that says what was waited for and what was seen last.
 */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  {
    timeoutSeconds = 30,
    everySeconds = 0.2,
  }: { readonly timeoutSeconds?: number; readonly everySeconds?: number } = {},
): Promise<Answer> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let last: unknown = 'nothing';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutSeconds} s for ${what}; last seen: ${String(last)}`);
    }
    await sleep(everySeconds);
  }
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/**
 * A TCP port of the loopback address that was free a moment ago. It is below the range from which the system gives ports to what asks for
 * none (32768 to 60999 of Linux, ip(7)), so that no connection takes it in the seconds until the program that it is for has loaded.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
  throw new Error('no port from 20000 to 31999 is free');
}
