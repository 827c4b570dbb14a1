/** What the parent and a measured server tell each other. */
export type Kind = 'ours' | 'prom-client' | 'empty route';
export type Ask = 'refresh' | 'usage' | 'watch delay' | 'delay';
export type Answer =
  | { readonly port: number }
  | { readonly refreshed: true }
  | { readonly cpuMilliseconds: number }
  | { readonly watching: true }
  | { readonly delayMilliseconds: number };
