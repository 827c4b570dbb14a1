import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Configuration } from '../catalogue.ts';
import { exposure, socketPath } from '../ingest/index.ts';
import {
  ListenError,
  readToken,
  tryAddress,
  tryAddressBeside,
  tryBeside,
  trySocket,
  tryWriting,
} from '../listen/index.ts';
import { failureOf, StateDirectory } from '../snapshot/index.ts';
import type { CheckResult } from './result.ts';
import { grpcTls } from './grpc-tls.ts';
import { reloadOverHttp } from './reload-over-http.ts';
import { webConfig } from './web-config.ts';

/** Whether the exporter can use what it is configured to: addresses, the Unix socket, token files, the log of findings, the state directory. */
export async function reachability({ http, grpc, log, state }: Configuration): Promise<readonly CheckResult[]> {
  return [
    await attempt('http.address', async () => {
      await tryAddress('http.address', http.address);
      return `${http.address} is free`;
    }),
    grpc.address === 'none'
      ? off('grpc.address', 'workers are not taken over TCP')
      : await attempt(
          'grpc.address',
          async () => {
            const addresses = ['grpc.address', grpc.address, 'http.address', http.address] as const;
            tryBeside(...addresses);
            await tryAddressBeside(...addresses);
            return `${grpc.address} is free`;
          },
          () => exposure(grpc),
        ),
    grpcTls(grpc.tls, Date.now() / 1000),
    await unixSocket(grpc.socket),
    webConfig(http.web_config_file, Date.now() / 1000),
    reloadOverHttp(http),
    await token('http.token_file', http.token_file, 'nobody can ask workers for anything over HTTP'),
    await token('grpc.token_file', grpc.token_file, 'workers are asked for no token'),
    log.findings === undefined
      ? off('log.findings', 'findings are not written to a file')
      : await attempt('log.findings', () => writable('log.findings', log.findings ?? '')),
    await stateDirectory(state.directory),
  ];
}

async function unixSocket(configured: string | undefined): Promise<CheckResult> {
  const path = socketPath(configured);
  if (path !== null) {
    return attempt('grpc.socket', async () =>
      (await trySocket('grpc.socket', path)) ? `${path} was left behind and will be replaced` : `${path} is free`,
    );
  }
  const why = configured === undefined ? 'the usual folder is not there or cannot be written to' : 'switched off';
  return off('grpc.socket', `workers are not taken over a Unix socket: ${why}`);
}

function token(option: string, file: string | undefined, without: string): Promise<CheckResult> | CheckResult {
  if (file === undefined) return off(option, `not set: ${without}`);
  return attempt(option, () => {
    readToken(option, file);
    return `${file} can be read`;
  });
}

function stateDirectory(path: string | undefined): Promise<CheckResult> | CheckResult {
  if (path === undefined) return off('state.directory', 'not set: nothing survives a restart of the exporter');
  return attempt('state.directory', async () => {
    if (!existsSync(path)) {
      writable('state.directory', path);
      return `${path} is not there and will be made`;
    }
    const directory = new StateDirectory(path);
    try {
      const draft = await directory.draft();
      await draft.write('gradwatch check\n');
      await draft.discard();
    } catch (error) {
      const { reason, clause } = failureOf(error);
      throw reason === 'held' ? error : new ListenError('state.directory', path, clause, { cause: error });
    } finally {
      await directory.release();
    }
    return `${path} can be written, and no other exporter uses it`;
  });
}

/** @throws ListenError */
function writable(option: string, path: string): string {
  tryWriting(option, path, existsSync(path) ? path : dirname(path));
  return `${path} can be written`;
}

function off(subject: string, says: string): CheckResult {
  return { subject, outcome: 'off', says, notes: [] };
}

async function attempt(
  subject: string,
  act: () => string | Promise<string>,
  remark: () => string | null = () => null,
): Promise<CheckResult> {
  try {
    const says = await act();
    const note = remark();
    return { subject, outcome: 'works', says, notes: note === null ? [] : [note] };
  } catch (error) {
    const says = (error as Error).message.replace(new RegExp(`^${subject} `), '');
    return { subject, outcome: 'failing', says, notes: [] };
  }
}
