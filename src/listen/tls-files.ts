import { explain } from '../config/index.ts';
import { ReloadedFiles, type ReadFiles, type ReloadLog } from './reloaded-files.ts';
import { readTls, type Tls } from './tls.ts';

/** Options that name the files of a server's TLS; the paths are those of the process. */
export interface TlsOptions {
  readonly cert_file: string | undefined;
  readonly key_file: string | undefined;
  /** Signs the certificates of clients; without it none is asked for. */
  readonly client_ca_file: string | undefined;
  /** Whether a client without a certificate stays outside. */
  readonly require_client_certificate: boolean;
}

/** Whether any of the options asks for TLS. */
export function asksForTls({ cert_file: cert, key_file: key, client_ca_file: authority }: TlsOptions): boolean {
  return cert !== undefined || key !== undefined || authority !== undefined;
}

/** Reads the files that the options name. @param group the path of the options, for messages: `grpc.tls` */
export function readTlsFiles(group: string, options: TlsOptions): ReadFiles<Tls> {
  const { require_client_certificate: required, ...files } = options;
  const keys = new Map<string, unknown>(Object.entries(files).filter(([, file]) => file !== undefined));
  if (options.client_ca_file !== undefined) {
    keys.set('client_auth_type', required ? 'RequireAndVerifyClientCert' : 'VerifyClientCertIfGiven');
  }
  const read = readTls(keys, (path) => path);
  const mistakes = read.mistakes.map(({ key, value, expected }) =>
    explain({ where: `${group}.${key}`, value, expected }),
  );
  return { ...read, mistakes };
}

/** The certificates of a server, read again when they are renewed. */
export class TlsFiles extends ReloadedFiles<Tls> {
  /** @throws MistakenFilesError */
  constructor(group: string, options: TlsOptions, log: ReloadLog) {
    super({ subject: `${group} certificates`, read: () => readTlsFiles(group, options), needRestart: () => [] }, log);
  }
}
