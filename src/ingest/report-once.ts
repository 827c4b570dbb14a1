import { status, type sendUnaryData } from '@grpc/grpc-js';
import type { SingleReportAnswer } from '../protocol/index.ts';
import { unknownFields } from '../protocol/index.ts';
import { decodeOnce } from './decode.ts';
import type { IngestOptions } from './options.ts';
import { Outbox, type Wire } from './outbox.ts';
import { refuse } from './refusals.ts';
import { WorkerCall, type WorkerCallContext } from './worker-call.ts';

export interface ReportOnceContext extends WorkerCallContext {
  readonly options: Pick<IngestOptions, 'max_message_bytes'>;
}

/**
 * A report of a client without a stream: the same conversation as on one, with all its messages at once. That the call ends says
 * nothing of the worker, so its rank is never lost by it.
 * @param known told when the worker has said who it is
 */
export function reportOnce(
  request: Buffer,
  answer: sendUnaryData<SingleReportAnswer>,
  context: ReportOnceContext,
  known: () => void,
): void {
  const outbox = new Outbox(
    gather(answer),
    (flush) => {
      flush();
    },
    () => {
      context.counts.add('unsent');
    },
  );
  let seconds = 0;
  const worker = new WorkerCall(context, outbox, {
    lasting: false,
    hold: (wait) => {
      seconds = wait;
    },
  });
  const decoded = decodeOnce(request, context.options.max_message_bytes);
  if ('refusal' in decoded) {
    worker.refuse(decoded.refusal);
    return;
  }
  const { hello, batch, goodbye } = decoded.message;
  worker.receive(hello === undefined ? {} : { hello });
  if (worker.session !== null) known();
  if (worker.isNewer) {
    context.counts.add('unknownFields', unknownFields.count('gradwatch.v1.SingleReport', request));
  }
  // There is no stream that could be read more slowly.
  if (seconds > 0) {
    const limited = refuse('rate_limit', { limit: context.sessions.stepsPerSecond, seconds, then: 'notTaken' });
    worker.dismiss({ ...limited, status: status.RESOURCE_EXHAUSTED });
    return;
  }
  const intake = worker.session?.rank.intake;
  // On a stream the worker hears what came before it sends on; here the exporter may have lost what it had not acknowledged.
  if (batch?.sequence !== undefined && intake?.asksBefore(batch.sequence, context.now()) === true) {
    worker.dismiss(refuse('sequence_gap', { sequence: batch.sequence, last: intake.sequence }));
    return;
  }
  if (batch !== undefined) worker.receive({ batch });
  if (goodbye === undefined) worker.rest();
  else worker.receive({ goodbye });
}

/** Puts what is said into one answer. */
function gather(answer: sendUnaryData<SingleReportAnswer>): Wire {
  const said: SingleReportAnswer = { refusals: [] };
  return {
    write: ({ welcome, acknowledgement, refusal }) => {
      if (refusal) said.refusals?.push(refusal);
      if (welcome) said.welcome = welcome;
      if (acknowledgement) said.acknowledgement = acknowledgement;
      return true;
    },
    end: () => {
      answer(null, said);
    },
    fail: ({ status: code, message }) => {
      answer({ code: code ?? status.UNKNOWN, details: message });
    },
  };
}
