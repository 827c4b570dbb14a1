import type { Configuration } from '../catalogue.ts';
import { howToKnowCallers, knowsCallers, readWebConfig } from '../listen/index.ts';
import type { CheckResult } from './result.ts';

const subject = 'http.reload';

/** Whether anybody can have the configuration reloaded over HTTP, where that is switched on. */
export function reloadOverHttp({
  reload,
  token_file: token,
  web_config_file: file,
}: Configuration['http']): CheckResult {
  if (!reload) return { subject, outcome: 'off', says: 'switched off: SIGHUP alone reloads', notes: [] };
  if (token !== undefined || (file !== undefined && knowsCallers(readWebConfig(file).value)))
    return { subject, outcome: 'works', says: 'POST /-/reload reloads, as SIGHUP does', notes: [] };
  const says = `POST /-/reload is answered with 404, since it is not known who asks; ${howToKnowCallers}`;
  return { subject, outcome: 'failing', says, notes: [] };
}
