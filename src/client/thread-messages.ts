import type { Answer, Finding__Output, Goodbye, HelloMessage, Request__Output } from '../protocol/index.ts';
import type { WireStep } from './step-report.ts';

/** What the sending thread is started with. */
export interface ThreadData {
  readonly hello: HelloMessage;
  readonly address: string;
  readonly token: string | undefined;
  /** The memory of their {@link Handoff}. */
  readonly handoff: SharedArrayBuffer;
}

export type ToThread =
  { readonly step: WireStep } | { readonly answer: Answer } | { readonly goodbye: Goodbye; readonly timeoutMs: number };

export type FromThread =
  | { readonly finding: Finding__Output }
  | { readonly request: Request__Output }
  | { readonly warning: string }
  /** The last message: whether the exporter acknowledged every step and took the goodbye. */
  | { readonly delivered: boolean };
