import { ReloadedFiles, type ReloadLog } from './reloaded-files.ts';
import { readWebConfig, type WebConfig } from './web-config.ts';

/** A web configuration file that is read again when it, or a certificate or key that it names, changes. */
export class WebConfigFile extends ReloadedFiles<WebConfig> {
  /** @throws MistakenFilesError */
  constructor(path: string, log: ReloadLog) {
    super(
      {
        subject: 'web configuration',
        read: () => readWebConfig(path),
        needRestart: (old, fresh) => needRestart(path, old, fresh),
      },
      log,
    );
  }
}

/** What a listening server cannot change: whether it speaks TLS, and whether it asks clients for a certificate. */
function needRestart(path: string, old: WebConfig, fresh: WebConfig): readonly string[] {
  const where = `${path}: tls_server_config`;
  if ((old.tls === null) !== (fresh.tls === null)) {
    return [`${where}: TLS was switched ${fresh.tls === null ? 'off' : 'on'}, which needs a restart`];
  }
  const asks = (config: WebConfig): boolean => config.tls !== null && config.tls.clientAuth !== 'NoClientCert';
  if (asks(old) === asks(fresh)) return [];
  return [
    `${where}.client_auth_type: asking clients for certificates was switched ${asks(fresh) ? 'on' : 'off'}, which needs a restart`,
  ];
}
