import type { Logger } from '../collect/index.ts';
import type { Exit, ProcessGate } from '../programs/index.ts';
import { ending, type Ending } from './ending.ts';
import { FieldChoice } from './field-choice.ts';
import { HelpListener } from './help-listener.ts';
import { leaveOut, type Answer } from './leave-out.ts';
import { LineCutter } from './lines.ts';
import { stuckMessage, type FailureReason, type Mailbox, type NoGpu } from './outcome.ts';
import type { Pause } from './pause.ts';
import { Reach } from './reach.ts';
import { Reader } from './reader.ts';
import { SampleCutter } from './sample.ts';
import { judge } from './verdict.ts';

/** Seconds between attempts; tests make them short. */
export interface Pace {
  /** After the first failure; doubled with each that follows, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** Between two looks at a node that has no GPU, at a GPU that was left out of the query, or for a field that the driver had before. */
  readonly slow: number;
  /** The longest between two looks at a node that had GPUs and lists none: they come back with a reset or a new driver. */
  readonly lost: number;
}

export interface StreamSettings {
  readonly intervalSeconds: number;
  readonly staleAfterSeconds: number;
  /** The configuration says that there are GPUs, so their absence is a failure. */
  readonly expectsGpus: boolean;
  /** Whether to ask for more than what every card has. */
  readonly details: boolean;
  /** As configured. */
  readonly program: string;
  readonly procRoot: string;
  readonly pace: Pace;
  /** Is taken between attempts; whoever knows better ends it. */
  readonly pause: Pause;
}

/** How late a beat may be for other calls to be made beside the loop: a busy driver takes seconds, one that hangs for ever. */
const calmSeconds = 2;
/** Of a call about one GPU no more are kept. */
const mostLines = 100;

/**
 * Keeps one `nvidia-smi --query-gpu … -lms` running and publishes its samples, or why there are none. Ends a silent one, starts it
 * again after a growing pause, and leaves a GPU without a handle out of the query, for it would silence all others.
 */
export class SampleStream {
  readonly #gate: ProcessGate;
  readonly #mailbox: Mailbox;
  readonly #settings: StreamSettings;
  readonly #logger: Logger;
  readonly #onUnreadable: () => void;
  readonly #reach: Reach;
  readonly #fields: FieldChoice;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #failures = 0;
  /** When all is asked for again that is left out or lacking, in seconds of {@link now}; a restart does not put it off. */
  #recheckAt: number | null = null;
  /** GPUs without a handle of which the log has told, by what nvidia-smi said of them. */
  readonly #told = new Set<string>();

  constructor(
    gate: ProcessGate,
    mailbox: Mailbox,
    settings: StreamSettings,
    logger: Logger,
    /** Told of every row that does not fit the header. */
    onUnreadable: () => void,
  ) {
    this.#gate = gate;
    this.#mailbox = mailbox;
    this.#settings = settings;
    this.#reach = new Reach(settings.procRoot);
    this.#fields = new FieldChoice(settings, logger);
    this.#logger = logger;
    this.#onUnreadable = onUnreadable;
  }

  /** Begins, unless it has begun. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the program and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const seconds = await this.#attempt();
      await this.#settings.pause.take(seconds, signal);
    }
  }

  /** @returns the seconds to wait before the next attempt */
  async #attempt(): Promise<number> {
    return (await this.#probe()) ?? (await this.#stream(this.#fields.asked));
  }

  /** Finds out the fields to ask for, unless they are known. @returns null when they are known, else the seconds to wait */
  async #probe(): Promise<number | null> {
    if (this.#fields.asked.length > 0) return null;
    // Longer than the silence that is allowed, so that one that hangs is the watchdog's.
    const help = new HelpListener(2 * this.#silenceSeconds, (message) => {
      this.#fail('unreadable', message);
    });
    const signal = AbortSignal.any([this.#stopping.signal, help.signal]);
    const onLine = (line: string): void => {
      help.take(line);
    };
    const onStart = (): void => {
      help.begin();
    };
    const exit = await this.#call(['--help-query-gpu'], signal, null, onLine, onStart);
    help.end();
    if (exit === null || help.signal.aborted) return this.#backOff();
    return this.#fields.choose(help.text) ? null : await this.#conclude(ending(exit, help.text));
  }

  /** Reads samples until the program ends. @returns the seconds to wait before the next attempt */
  async #stream(asked: readonly string[]): Promise<number> {
    const only = this.#reach.asked;
    // Where no other is known those that were left out are asked for again.
    if (only === null) this.#reach.reset();
    const patience = only === null && !this.#fields.lacksOne ? null : this.#untilRecheck();
    if (patience !== null && patience <= 0) return this.#recheck();
    const { intervalSeconds } = this.#settings;
    const args = [
      `--query-gpu=${asked.join(',')}`,
      '--format=csv',
      ...(only === null ? [] : [`--id=${only.join(',')}`]),
      '-lms',
      String(Math.round(1000 * intervalSeconds)),
    ];
    const reader = new Reader(new SampleCutter(only, this.#reach.unreachable));
    const garbled = new AbortController();
    const recheck = patience === null ? [] : [AbortSignal.timeout(Math.ceil(1000 * patience))];
    const signal = AbortSignal.any([this.#stopping.signal, garbled.signal, ...recheck]);
    const exit = await this.#call(args, signal, intervalSeconds + calmSeconds, (line) => {
      const heard = reader.read(line);
      if (heard.kind === 'sample') {
        this.#failures = 0;
        this.#reach.saw(heard.sample);
        if (only === null) this.#allBack();
        this.#mailbox.publish(heard);
      } else if (heard.kind === 'unreadable') this.#onUnreadable();
      else if (heard.kind === 'garbage') {
        this.#fail('unreadable', `nvidia-smi prints what is no answer to a query: ${line.slice(0, 300)}`);
        garbled.abort();
      }
    });
    if (exit === null || garbled.signal.aborted) return this.#backOff();
    if (signal.aborted) return this.#recheck();
    if (reader.cut) {
      this.#fail('unreadable', 'nvidia-smi ended within a row');
      return this.#backOff();
    }
    return this.#conclude(ending(exit, reader.words));
  }

  /** Seconds until all is asked for again. */
  #untilRecheck(): number {
    this.#recheckAt ??= now() + this.#settings.pace.slow;
    return this.#recheckAt - now();
  }

  #recheck(): number {
    this.#recheckAt = null;
    this.#reach.reset();
    if (this.#fields.lacksOne) this.#fields.forget();
    return 0;
  }

  #allBack(): void {
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.#logger.info({}, 'all GPUs have a handle again');
  }

  /**
   * One call through the gate; null when it fell silent, which is published as it happens, or had no turn.
   * @param calmSeconds see {@link Watch}; null for what is no loop
   */
  async #call(
    args: readonly string[],
    signal: AbortSignal,
    calmSeconds: number | null,
    onLine: (line: string) => void,
    onStart: () => void = () => undefined,
  ): Promise<Exit | null> {
    const silenceSeconds = this.#silenceSeconds;
    const cutter = new LineCutter();
    const exit = await this.#gate.run(args, {
      onStart,
      onText: (text) => {
        // Of what is no loop, whoever listens bounds what it prints.
        let says = calmSeconds === null;
        for (const line of cutter.push(text)) {
          onLine(line);
          says ||= line.trim() !== '';
        }
        return says;
      },
      onSilence: () => {
        this.#fail('hung', `nvidia-smi has printed no line for ${silenceSeconds} s and is being ended`);
      },
      onStuck: () => {
        this.#fail('stuck', stuckMessage);
      },
      silenceSeconds,
      calmSeconds,
      signal,
    });
    if (exit === null || exit.silent) return null;
    if (!signal.aborted) for (const line of cutter.flush()) onLine(line);
    return exit;
  }

  /** A call that is no loop, and all lines that it prints. */
  async #ask(args: readonly string[]): Promise<Answer> {
    const lines: string[] = [];
    const exit = await this.#call(args, this.#stopping.signal, null, (line) => {
      if (lines.length < mostLines) lines.push(line);
    });
    return exit === null || this.#stopping.signal.aborted ? null : { exit, lines };
  }

  get #silenceSeconds(): number {
    return this.#settings.intervalSeconds + this.#settings.staleAfterSeconds;
  }

  /** Publishes what an end means. @returns the seconds to wait before the next attempt */
  async #conclude(end: Ending): Promise<number> {
    const { expectsGpus, program, procRoot, pace } = this.#settings;
    if (end.kind === 'no_handle' && (await leaveOut(end, this.#reach, (args) => this.#ask(args)))) {
      if (!this.#told.has(end.said))
        this.#logger.info(
          { others: this.#reach.others },
          `GPU left out of the query, and asked for again each ${pace.slow} s: ${end.said}`,
        );
      this.#told.add(end.said);
      return 0;
    }
    // A driver that is loaded anew may be another one.
    if (end.kind === 'field_refused' || end.kind === 'no_driver' || end.kind === 'driver_refuses')
      this.#fields.forget();
    const hadGpus = expectsGpus || this.#reach.everSeen;
    const verdict = judge(end, { program, procRoot, hadGpus, leftOut: this.#reach.asked !== null });
    if (verdict.kind === 'none') return this.#none(verdict.why, hadGpus);
    this.#fail(verdict.reason, verdict.message);
    return verdict.reason === 'absent' && !this.#reach.everSeen ? pace.slow : this.#backOff();
  }

  #none(why: NoGpu, hadGpus: boolean): number {
    const latest = this.#mailbox.latest;
    const isNew = latest?.kind !== 'none' || latest.why !== why;
    // Of GPUs that were seen the cards tell that they are lost.
    if (isNew && !this.#reach.everSeen) this.#logger[hadGpus ? 'warn' : 'info']({ why }, 'no GPU on this node');
    this.#mailbox.publish({ kind: 'none', why });
    return hadGpus ? this.#backOff(this.#settings.pace.lost) : this.#settings.pace.slow;
  }

  #fail(reason: FailureReason, message: string): void {
    this.#mailbox.publish({ kind: 'failed', reason, message, unreachable: this.#reach.unreachable });
  }

  #backOff(longest = this.#settings.pace.longest): number {
    const { first } = this.#settings.pace;
    return Math.min(longest, first * 2 ** Math.min(this.#failures++, 30));
  }
}

/** Seconds that only go forward. */
function now(): number {
  return performance.now() / 1000;
}
