import type { Answer, Finding__Output, Goodbye, HelloMessage, Request__Output } from '../protocol/index.ts';
import type { WireReport } from './reports.ts';
import type { WireStep } from './wire-step.ts';
import type { TlsSettings } from './tls.ts';
import type { Problem } from './value-kinds.ts';

/** What the sending thread is started with. */
export interface ThreadData {
  readonly hello: HelloMessage;
  readonly address: string;
  readonly token: string | undefined;
  readonly tls: TlsSettings | undefined;
  /** The memory of their {@link SharedCounters}. */
  readonly counters: SharedArrayBuffer;
}

export type ToThread =
  /** Urgent: one of them is to be sent at once. */
  | { readonly steps: readonly WireStep[]; readonly urgent: boolean }
  | { readonly report: WireReport }
  | { readonly answer: Answer }
  | { readonly goodbye: Goodbye; readonly timeoutMs: number };

export type FromThread =
  | { readonly finding: Finding__Output }
  | { readonly request: Request__Output }
  | { readonly warning: string }
  /** A report that no exporter takes. */
  | { readonly unfit: Problem }
  /** The last message: whether the exporter acknowledged every step and took the goodbye. */
  | { readonly delivered: boolean };
