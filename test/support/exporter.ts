import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually, freePort, Program } from './program.ts';

const root = resolve(import.meta.dirname, '../..');
const main = join(root, 'dist/main.js');

/** The options of Node.js that the first line of the program asks for. @throws Error when it has none. */
export function nodeOptions(program: string): readonly string[] {
  const [, flags] = /^#!\/usr\/bin\/env -S node (.*)$/m.exec(readFileSync(program, 'utf8')) ?? [];
  if (flags === undefined) throw new Error(`${program} has no first line that starts it with node`);
  return flags.split(' ');
}

/** The built program as its first line starts it. */
export function launch(): readonly string[] {
  return [process.execPath, ...nodeOptions(main), main];
}

/** The built exporter, started as a user starts it, on free ports. */
export interface RunningExporter {
  readonly program: Program;
  readonly url: string;
  readonly httpAddress: string;
  readonly grpcAddress: string;
  stop(): Promise<void>;
}

/** At free ports, or at those of an exporter that it takes the place of. @throws Error with what the exporter printed when it does not become ready. */
export async function startExporter(
  flags: readonly string[],
  ports?: { readonly http: number; readonly grpc: number },
): Promise<RunningExporter> {
  const { http, grpc } = ports ?? { http: await freePort(), grpc: await freePort() };
  const [command = '', ...args] = launch();
  const program = new Program('gradwatch', command, [
    ...args,
    'serve',
    `--http.address=127.0.0.1:${http}`,
    `--grpc.address=127.0.0.1:${grpc}`,
    ...flags,
  ]);
  const url = `http://127.0.0.1:${http}`;
  try {
    await eventually('the exporter to be ready', async () => {
      if (program.child.exitCode !== null) throw new Error(`exit code ${program.child.exitCode}`);
      return (await fetch(`${url}/-/ready`)).ok || undefined;
    });
  } catch (error) {
    await program.stop();
    throw new Error(`${String(error)}\n${program.output}`, { cause: error });
  }
  return {
    program,
    url,
    httpAddress: `127.0.0.1:${http}`,
    grpcAddress: `127.0.0.1:${grpc}`,
    stop: () => program.stop(),
  };
}
