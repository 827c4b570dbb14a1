import type { ExporterMessage__Output, HelloMessage } from '../protocol/index.ts';
import type { ChannelEnd, OpenChannel } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Identity } from './identity.ts';

/** The run that a check reports as: no training has this name. */
export const checkedRun = 'gradwatch-check';
const patienceMs = 5_000;

export interface CheckParts {
  readonly identity: Identity;
  /** The run of a training here, where the environment names it. */
  readonly run: string | undefined;
  readonly address: string;
  readonly tls: boolean;
  /** GRADWATCH_DISABLED. */
  readonly disabled: boolean;
  readonly hello: HelloMessage;
  readonly open: OpenChannel;
  readonly clock: Clock;
}

/**
 * Asks the exporter whether it would take this worker: says hello and goodbye. Gives whether it was welcomed, and sentences for a
 * person.
 */
export async function check(
  parts: CheckParts,
): Promise<{ readonly reached: boolean; readonly lines: readonly string[] }> {
  const lines = [describeWorker(parts)];
  if (parts.disabled) lines.push('GRADWATCH_DISABLED is set: init() reports nothing.');
  const began = parts.clock.now();
  const { welcome, end } = await sayHello(parts);
  if (welcome !== undefined) {
    return { reached: true, lines: [...lines, ...describeExporter(welcome, parts, welcome.at - began)] };
  }
  const { code, details } = end;
  const advice = advise(code, details, parts.tls);
  return {
    reached: false,
    lines: [...lines, `No welcome from ${parts.address}: ${details} (${code}). ${advice}`.trim()],
  };
}

type Welcome = NonNullable<ExporterMessage__Output['welcome']> & { readonly at: number };

/** The whole call: who hangs up early is taken for lost. */
function sayHello({
  hello,
  open,
  clock,
}: CheckParts): Promise<{ readonly welcome?: Welcome; readonly end: ChannelEnd }> {
  return new Promise((resolve) => {
    let welcome: Welcome | undefined;
    const settle = (end: ChannelEnd): void => {
      cancel();
      channel?.close();
      resolve({ end, ...(welcome !== undefined && { welcome }) });
    };
    const cancel = clock.after(patienceMs, () => {
      settle({ code: 'DEADLINE_EXCEEDED', details: `no answer within ${patienceMs / 1000} s` });
    });
    const channel = opened(open, {
      message: (message) => {
        if (message.welcome !== undefined) welcome ??= { ...message.welcome, at: clock.now() };
      },
      drained: () => undefined,
      ended: settle,
    });
    channel?.send({ hello });
    channel?.send({ goodbye: { ending: 'ENDING_FINISHED' } });
    channel?.finishSending();
  });
}

/** Undefined, and its end told, where there is no such channel: the address is none, or a certificate cannot be read. */
function opened(open: OpenChannel, events: Parameters<OpenChannel>[0]): ReturnType<OpenChannel> | undefined {
  try {
    return open(events);
  } catch (error) {
    queueMicrotask(() => {
      events.ended({ code: 'INVALID_ARGUMENT', details: error instanceof Error ? error.message : String(error) });
    });
    return undefined;
  }
}

function describeWorker({ identity, run }: CheckParts): string {
  const { rank, worldSize, attempt, node, gpuUuid } = identity;
  return (
    `Worker: rank ${rank} of ${worldSize}, attempt ${attempt}, node ${node}, GPU ${gpuUuid ?? 'not named by the environment'}. ` +
    `The run of a training here: ${run ?? 'named by init() or after its script'}.`
  );
}

function describeExporter(welcome: Welcome, { identity, address }: CheckParts, milliseconds: number): string[] {
  const { exporter = 'something', node = '', max_message_bytes } = welcome;
  const lines = [`Exporter: ${exporter} on node ${node} at ${address} welcomed it in ${milliseconds.toFixed(0)} ms.`];
  if (max_message_bytes !== undefined) lines.push(`It takes messages of up to ${max_message_bytes} bytes.`);
  if (node !== '' && node !== identity.node) {
    lines.push(
      `The exporter calls its node ${node}, this worker calls it ${identity.node}. ` +
        'If these are two nodes, set GRADWATCH_ADDRESS to the exporter of this one; if it is one, set NODE_NAME.',
    );
  }
  return lines;
}

function advise(code: string, details: string, tls: boolean): string {
  if (code === 'UNAVAILABLE') {
    const absent = 'Is the exporter running on this node? Set GRADWATCH_ADDRESS where it listens elsewhere.';
    return tls
      ? `${absent} Do GRADWATCH_TLS_CA_FILE and GRADWATCH_TLS_SERVER_NAME fit its certificate?`
      : `${absent} Where it speaks TLS, set GRADWATCH_TLS_CA_FILE to the authority of its certificate.`;
  }
  // The exporter ends a call with one code for both.
  if (code === 'UNAUTHENTICATED' && details.includes('certificate')) {
    return 'Set GRADWATCH_TLS_CERT_FILE and GRADWATCH_TLS_KEY_FILE to a certificate of this worker that the authority in grpc.tls.client_ca_file has signed, and to its key.';
  }
  return advices.get(code) ?? '';
}

const advices: ReadonlyMap<string, string> = new Map([
  ['DEADLINE_EXCEEDED', "Something listens there and says nothing. Is it the exporter's gRPC port?"],
  ['UNIMPLEMENTED', "Something else listens there. Is it the exporter's gRPC port?"],
  ['OK', "The call ended without a word. Is it the exporter's gRPC port?"],
  ['UNAUTHENTICATED', 'Set GRADWATCH_TOKEN to the token of the exporter.'],
]);
