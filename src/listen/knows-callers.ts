import type { WebConfig } from './web-config.ts';

/** How it is made known who asks, for what may be asked over HTTP by known callers alone. */
export const howToKnowCallers = 'set http.token_file, or users or RequireAndVerifyClientCert in http.web_config_file';

/** Whether the gate and the handshake let in known callers alone. */
export function knowsCallers(config: WebConfig | null): boolean {
  return config !== null && (config.users.size > 0 || config.tls?.clientAuth === 'RequireAndVerifyClientCert');
}
