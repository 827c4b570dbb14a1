import type { Configuration } from './catalogue.ts';
import { isRequired } from './collectors.ts';
import { tryFindingsFile } from './findings/index.ts';
import { eventFilesMistakes } from './ingest/index.ts';
import { asksForTls, readTlsFiles, readToken, readWebConfig, tryBeside } from './listen/index.ts';

/**
 * Mistakes in what a configuration names: files of tokens, certificates, users and findings, collectors, ports, and what is found in
 * event files. All of them, before anything is started, so that one does not come up after the other.
 */
export function mistakesInNamed(configuration: Configuration): readonly string[] {
  const { http, grpc, log, event_files: eventFiles } = configuration;
  return [
    ...(http.web_config_file === undefined ? [] : readWebConfig(http.web_config_file).mistakes),
    ...(asksForTls(grpc.tls) ? readTlsFiles('grpc.tls', grpc.tls).mistakes : []),
    ...(http.token_file === undefined ? [] : mistake(() => readToken('http.token_file', http.token_file ?? ''))),
    ...(grpc.token_file === undefined ? [] : mistake(() => readToken('grpc.token_file', grpc.token_file ?? ''))),
    ...(grpc.address === 'none'
      ? []
      : mistake(() => {
          tryBeside('grpc.address', grpc.address, 'http.address', http.address);
        })),
    ...mistake(() => isRequired(configuration)),
    ...(log.findings === undefined
      ? []
      : mistake(() => {
          tryFindingsFile(log.findings ?? '');
        })),
    ...eventFilesMistakes(eventFiles),
  ];
}

function mistake(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
