import { cleanStep } from './clean-step.ts';
import type { Clock } from './clock.ts';
import { readFinding } from './finding.ts';
import { FindingDesk, type FindingHandler } from './finding-desk.ts';
import { goodbyeOf, knownEndings } from './goodbye.ts';
import { plainText } from './plain-text.ts';
import { RefusedValues } from './refused-values.ts';
import type {
  EvaluationReport,
  EventReport,
  LayerValues,
  ServingReport,
  TensorsReport,
  WireReport,
} from './reports.ts';
import { RequestDesk } from './requests.ts';
import type { RequestHandlers } from './requests.ts';
import type { Ending, Run } from './run.ts';
import type { SendingThread, ThreadListener } from './sending-thread.ts';
import type { SharedCounters } from './shared-counters.ts';
import { StepHandover } from './step-handover.ts';
import type { StepReport } from './step-report.ts';
import type { FromThread } from './thread-messages.ts';
import type { Problem } from './value-kinds.ts';
import { Warnings } from './warnings.ts';
import { evaluation, event, layers, tensors } from './wire-reports.ts';
import { serving } from './wire-serving.ts';

/** A snapshot of the exporter, which acknowledgements may wait for, comes every 5 s. */
const finishWithinMs = 8_000;
/** The thread keeps time itself; this is for one that gets no processor time. */
const threadOverdueMs = 2_000;
/** An exiting process stands still meanwhile. */
const exitWithinMs = 2_000;
/** And before, where the thread has just been started or gets no processor time. */
const heardWithinMs = 6_000;

export interface RunParts {
  readonly counters: SharedCounters;
  readonly startThread: (listener: ThreadListener) => SendingThread;
  readonly clock: Clock;
  /** Does not throw. */
  readonly warn: (message: string) => void;
  readonly onFinding: FindingHandler;
  readonly onRequest: RequestHandlers;
  /** Calls back when the process exits; returns how to stop that. */
  readonly watchExit: (report: (ending: Ending, reason?: string) => void) => () => void;
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly unixNanos: () => number;
}

/** The run as the training thread sees it: cleans reports and hands them over, calls the script's handlers. */
export class ReportedRun implements Run {
  readonly #counters: SharedCounters;
  readonly #clock: Clock;
  readonly #thread: SendingThread;
  readonly #warnings: Warnings;
  readonly #refused: RefusedValues;
  readonly #findings: FindingDesk;
  readonly #requests: RequestDesk;
  readonly #handover: StepHandover;
  readonly #unixNanos: () => number;
  readonly #unwatchExit: () => void;
  readonly #result: Promise<boolean>;
  #resolve: (delivered: boolean) => void = () => undefined;
  #ended = false;
  #settled = false;

  constructor(parts: RunParts) {
    this.#counters = parts.counters;
    this.#clock = parts.clock;
    this.#unixNanos = parts.unixNanos;
    const say = (text: string): void => {
      parts.warn(`gradwatch: ${text}`);
    };
    this.#warnings = new Warnings(say);
    this.#findings = new FindingDesk(parts.onFinding, say, this.#warnings);
    this.#refused = new RefusedValues(this.#warnings);
    this.#result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#thread = parts.startThread({
      message: (message) => {
        this.#hear(message);
      },
      failed: (error) => {
        this.#fail(error);
      },
    });
    this.#handover = new StepHandover(parts.clock, (steps, urgent) => {
      this.#thread.post({ steps, urgent });
    });
    this.#requests = new RequestDesk(parts.onRequest, (answer) => {
      this.#thread.post({ answer });
    });
    this.#unwatchExit = parts.watchExit((ending, reason) => {
      this.#sayGoodbye(ending, reason, exitWithinMs);
      this.#counters.waitUntilFinished(heardWithinMs, exitWithinMs);
    });
  }

  log(report: StepReport): void {
    if (this.#ended) return;
    try {
      const { step, problems } = cleanStep(report, this.#unixNanos());
      for (const problem of problems) this.#refused.refuse(problem);
      if (step !== null && this.#counters.enter()) this.#handover.add(step);
    } catch (error) {
      this.#refused.refuse({ field: 'log', text: `a report could not be read: ${plainText(error)}` });
    }
    this.#findings.act();
  }

  get refusedValues(): ReadonlyMap<string, number> {
    return this.#refused.counts;
  }

  evaluation(report: EvaluationReport): void {
    this.#send('evaluation', (leftOut) => [evaluation(report, this.#unixNanos(), leftOut)]);
  }

  layers(step: number, values: Readonly<Record<string, LayerValues>>): void {
    this.#send('layers', (leftOut) => [layers(step, values, this.#unixNanos(), leftOut)]);
  }

  tensors(report: TensorsReport): void {
    this.#send('tensors', (leftOut) => tensors(report, this.#unixNanos(), leftOut));
  }

  event(report: EventReport): void {
    this.#send('event', (leftOut) => [event(report, this.#unixNanos(), leftOut)]);
  }

  serving(report: ServingReport): void {
    this.#send('serving', (leftOut) => [serving(report, this.#unixNanos(), leftOut)]);
  }

  finish(ending: Ending = 'finished', reason?: string | Error): Promise<boolean> {
    if (!this.#ended) {
      if (!knownEndings.includes(ending)) {
        this.#warnings.warn(
          'ending',
          `finish does not know ${plainText(ending)}, there are ${knownEndings.join(', ')}: finished is sent`,
        );
        ending = 'finished';
      }
      this.#thread.keepAlive(true);
      this.#sayGoodbye(ending, reason, finishWithinMs);
      this.#clock.after(finishWithinMs + threadOverdueMs, () => {
        this.#settle(false);
      });
    }
    return this.#result;
  }

  /** After the steps that were logged before it. */
  #send(name: string, make: (leftOut: (problem: Problem) => void) => readonly WireReport[]): void {
    if (this.#ended) return;
    try {
      const made = make((problem) => {
        this.#refused.refuse(problem);
      });
      this.#handover.flush();
      for (const report of made) if (this.#counters.enter()) this.#thread.post({ report });
    } catch (error) {
      this.#refused.refuse({ field: name, text: `${name} cannot be sent: ${plainText(error)}` });
    }
  }

  #sayGoodbye(ending: Ending, reason: string | Error | undefined, timeoutMs: number): void {
    this.#ended = true;
    this.#unwatchExit();
    this.#handover.flush();
    this.#thread.post({ goodbye: goodbyeOf(ending, reason), timeoutMs });
  }

  #hear(message: FromThread): void {
    if ('delivered' in message) {
      this.#settle(message.delivered);
    } else if ('warning' in message) {
      this.#warnings.warn(message.warning, message.warning);
    } else if ('unfit' in message) {
      this.#refused.refuse(message.unfit);
    } else if ('request' in message) {
      void this.#requests.take(message.request);
    } else {
      this.#findings.hear(readFinding(message.finding));
    }
  }

  #fail(error: Error): void {
    if (this.#settled) return;
    this.#ended = true;
    this.#unwatchExit();
    this.#warnings.warn('thread', `the sending thread died, nothing more is reported: ${error.message}`);
    this.#settle(false);
  }

  #settle(delivered: boolean): void {
    this.#settled = true;
    this.#thread.keepAlive(false);
    this.#resolve(delivered);
  }
}
