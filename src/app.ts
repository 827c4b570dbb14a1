import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Configuration } from './catalogue.ts';
import { systemTimers, type Logger } from './collect/index.ts';
import { isRequired } from './collectors.ts';
import { DetectionEngine, detectors, everyDetector, overheard, stall } from './detect/index.ts';
import { conditionOf, Findings, findingsSection, FindingsFile, findingsLog, type Subject } from './findings/index.ts';
import { HttpServer, SelfMetrics, type ReloadOutcome } from './http/index.ts';
import { EvaluationFolders, Ingest, LogDirectories, type Listening } from './ingest/index.ts';
import { asksForTls, localAddress, readToken, TlsFiles, WebConfigFile } from './listen/index.ts';
import { reloaded, ReloadSeries } from './reload.ts';
import { RunningCollectors } from './running-collectors.ts';
import { Runs, type RankIdentity } from './runs/index.ts';
import { SeriesTable } from './series/index.ts';
import { Snapshots, StateDirectory, type Section } from './snapshot/index.ts';
import { Told } from './told.ts';
import { version } from './version.ts';

/** How often runs and findings look at the clock: lifetimes and holds are minutes. */
const tickSeconds = 1;
/** So long what a person says waits to be on disk before it is answered: the disk may hang. */
const keptGraceSeconds = 5;
/** Less than the 30 s that Kubernetes gives a pod. */
const stopGraceSeconds = 5;

export interface AppParts {
  readonly logger: Logger;
  /** How many lines of the log could not be written. */
  readonly lostLogLines: () => number;
  readonly nodeName: string;
  /** The configuration as it is now, or one line for each mistake. */
  readonly readAgain: () => { readonly configuration: Configuration } | { readonly errors: readonly string[] };
  readonly setLogLevel: (level: Configuration['log']['level']) => void;
}

/** Where the exporter is reached. */
export interface Started {
  readonly url: string;
  readonly workers: readonly string[];
}

/**
 * The exporter: builds the parts, wires them in the direction of the data, starts them from the inside out and stops them from the
 * outside in. The only place that knows all rooms.
 */
export class App {
  readonly #collectors: RunningCollectors;
  readonly #ingest: Ingest;
  readonly #logDirectories: LogDirectories;
  readonly #evaluationFolders: EvaluationFolders;
  readonly #http: HttpServer;
  readonly #self: SelfMetrics;
  /** Null without a state directory. */
  readonly #snapshots: Snapshots | null;
  readonly #findings: Findings;
  readonly #engine: DetectionEngine;
  readonly #runs: Runs;
  readonly #reloads: ReloadSeries;
  readonly #parts: AppParts;
  readonly #tick: () => void;
  /** The one in force. */
  #configuration: Configuration;
  #isRequired: (name: string) => boolean;
  #log: FindingsFile | null = null;
  #ticking: NodeJS.Timeout | null = null;

  /** @throws Error when a token cannot be read, the log of findings not be written, or an option of event files makes no sense. */
  constructor(configuration: Configuration, parts: AppParts) {
    const { logger, nodeName } = parts;
    this.#configuration = configuration;
    this.#parts = parts;
    this.#isRequired = isRequired(configuration);
    const now = () => Date.now() / 1000;
    const table = new SeriesTable();

    /** In the order in which they are written and given back. */
    const sections: Section[] = [];
    const { directory, interval: intervalSeconds } = configuration.state;
    const snapshots =
      directory === undefined
        ? null
        : new Snapshots({
            store: new StateDirectory(directory),
            ...{ intervalSeconds, sections, table, now },
            log: logger,
            timers: systemTimers,
          });
    this.#snapshots = snapshots;

    this.#collectors = new RunningCollectors(
      configuration,
      {
        ...{ table, logger, now, sections },
        workers: () => runs.listWorkers(),
        placing: {
          ranks: (placed) => {
            for (const { run, rank, uuid } of placed) runs.find(run, Number(rank))?.placeOn(uuid);
          },
          instances: (gpus) => {
            runs.placeInstances(gpus);
          },
        },
      },
      systemTimers,
    );

    const findings = new Findings({
      table,
      options: configuration.findings,
      detectors,
      whereabouts: {
        gpusOf: (run, rank): readonly string[] => runs.gpusOf(run, rank),
        steppedAt: (run, rank): number | null => runs.find(run, rank)?.steppedAt ?? null,
        startedAt: (run): number | null => runs.startedAt(run),
        endedAt: (run): number | null => runs.endedAt(run),
      },
      instance: randomBytes(4).toString('hex'),
      now,
    });
    const told = new Told();
    const engine = new DetectionEngine({
      table,
      sink: overheard(findings, ({ detector, run, rank, verdict }) => {
        if (detector.kind !== stall.kind || run === null || rank === null) return;
        runs.setStalled({ run, rank }, verdict.status === 'evidence');
      }),
      ...everyDetector,
      failed: (kind, error) => {
        if (told.isNews(kind, error)) logger.error({ kind, err: error }, `detector ${kind} failed`);
      },
      options: configuration.detect,
    });
    const runs = new Runs({
      ...{ table, listener: engine, options: configuration.runs, now },
      hold: () => this.#configuration.findings.hold,
    });
    this.#ingest = new Ingest({
      table,
      runs,
      options: configuration.grpc,
      tls: asksForTls(configuration.grpc.tls) ? new TlsFiles('grpc.tls', configuration.grpc.tls, logger) : null,
      now,
      exporter: `gradwatch ${version}`,
      node: nodeName,
      ...(snapshots !== null && { persist: () => snapshots.save() }),
      log: logger,
    });
    this.#logDirectories = new LogDirectories({
      ...{ table, runs, now, log: logger },
      options: configuration.event_files,
      limits: () => this.#configuration.runs,
      monotonic: systemTimers.monotonic,
    });
    this.#evaluationFolders = new EvaluationFolders({
      ...{ table, runs, now, log: logger },
      options: configuration.evaluations,
      limits: () => this.#configuration.runs,
    });
    snapshots?.onSaved(() => {
      this.#ingest.acknowledge();
    });
    const holds = ({ run, rank }: RankIdentity): boolean => runs.find(run, rank) !== undefined;
    const ofFindings = findingsSection(findings, {
      detectors,
      canTellRecovery: (kind, identity) => holds(identity) && engine.canTellRecovery(kind, identity),
      back: ({ subject }) => {
        showCondition(subject, findings, runs);
      },
    });
    sections.push(runs.section, ofFindings, ...engine.sections(holds, (run) => runs.holds(run)));
    findings.subscribe((change) => {
      this.#ingest.finding(change);
      showCondition(change.finding.subject, findings, runs);
      // After a restart it is the same one, as bad as it was, and not told again.
      if (change.change === 'opened' || change.change === 'worsened') void snapshots?.save();
    });
    if (configuration.log.findings !== undefined) {
      const { findings: path, findings_max_bytes: maximumBytes, findings_kept: kept } = configuration.log;
      this.#log = new FindingsFile({ path, maximumBytes, kept, table, log: logger });
      findings.subscribe(findingsLog(this.#log, { now, host: nodeName, version, detectors }));
    }

    this.#self = new SelfMetrics({ version, now, lostLogLines: parts.lostLogLines });
    const { token_file: tokenFile, web_config_file: webConfigFile } = configuration.http;
    this.#http = new HttpServer(
      {
        table,
        self: this.#self,
        version,
        waiting: () => this.#waiting(),
        gpus: () => this.#collectors.gpus,
        collectors: () => this.#collectors.reports,
        runs: () => runs.listRuns(),
        findings,
        persist: () => Promise.race([snapshots?.save(), sleep(1000 * keptGraceSeconds, undefined, { ref: false })]),
        kinds: detectors,
        now,
        askWorkers: (run, rank, request) => this.#ingest.request(run, rank, request),
        token: tokenFile === undefined ? null : readToken('http.token_file', tokenFile),
        maxScrapes: () => this.#configuration.http.max_scrapes,
        reload: configuration.http.reload ? () => this.reload() : null,
        log: logger,
      },
      configuration.http.address,
      webConfigFile === undefined ? null : new WebConfigFile(webConfigFile, logger),
    );
    [this.#findings, this.#engine, this.#runs] = [findings, engine, runs];
    this.#reloads = new ReloadSeries(table, now);
    this.#tick = () => {
      runs.tick(now());
      engine.tick(now(), runs.progress(now()));
      findings.tick();
    };
  }

  /**
   * @throws AggregateError of a ListenError for each address that cannot be had, DirectoryHeldError when another exporter has the state directory; what had
   *   started is then to be stopped.
   */
  async start(): Promise<Started> {
    await this.#snapshots?.start();
    this.#self.start();
    this.#collectors.start();
    this.#ticking = setInterval(this.#tick, tickSeconds * 1000);
    this.#logDirectories.start();
    this.#evaluationFolders.start();
    // Both are waited for, so that one address that cannot be had does not hide the other.
    const [ingest, http] = await Promise.allSettled([this.#ingest.start(), this.#http.start()]);
    if (ingest.status === 'fulfilled' && http.status === 'fulfilled')
      return { url: http.value, workers: addresses(ingest.value) };
    const failures = [ingest, http].flatMap((start) => (start.status === 'rejected' ? [start.reason as Error] : []));
    throw new AggregateError(failures, failures.map(({ message }) => message).join('\n'));
  }

  /**
   * Takes the configuration as it is now, but for what cannot change while the exporter runs; with a mistake in it nothing. The
   * certificates and users of the web configuration are read again too.
   */
  reload(): ReloadOutcome {
    const { logger } = this.#parts;
    const outcome = this.#reload();
    if ('mistakes' in outcome) {
      this.#reloads.failed();
      logger.error(outcome, 'the configuration was not reloaded; the one before stays in force');
      return outcome;
    }
    const { changed, needRestart } = outcome;
    this.#reloads.succeeded(needRestart);
    if (needRestart.length === 0) logger.info({ changed }, 'the configuration was reloaded');
    else
      logger.warn(
        { changed, needRestart },
        `the configuration was reloaded, but for what takes a restart: ${needRestart.join(', ')}`,
      );
    return outcome;
  }

  #reload(): ReloadOutcome {
    const read = this.#parts.readAgain();
    if ('errors' in read) return { mistakes: read.errors };
    const { configuration, changed, needRestart } = reloaded(this.#configuration, read.configuration);
    let required: (name: string) => boolean;
    try {
      required = isRequired(configuration);
    } catch (error) {
      return { mistakes: [(error as Error).message] };
    }
    const mistakes = [...this.#http.reloadWebConfig(), ...this.#ingest.reloadCertificates()];
    if (mistakes.length > 0) return { mistakes };
    this.#engine.reconfigure(configuration.detect);
    this.#findings.reconfigure(configuration.findings);
    this.#runs.reconfigure(configuration.runs);
    this.#ingest.tellLimits();
    this.#parts.setLogLevel(configuration.log.level);
    this.#collectors.reconfigure(configuration);
    this.#isRequired = required;
    this.#configuration = configuration;
    return { changed, needRestart };
  }

  /** What keeps the exporter from being ready. */
  #waiting(): readonly string[] {
    const first = this.#collectors.waiting.filter(this.#isRequired);
    const stuck = [...this.#collectors.stuck].filter(([name]) => this.#isRequired(name));
    return [
      ...first.map((name) => `the first reading of collector ${name}`),
      ...stuck.map(([name, why]) => `collector ${name}, whose source does not answer: ${why}`),
    ];
  }

  async stop(): Promise<void> {
    await this.#logDirectories.stop();
    await this.#evaluationFolders.stop();
    await this.#ingest.stop(stopGraceSeconds);
    await this.#http.stop(stopGraceSeconds);
    if (this.#ticking !== null) clearInterval(this.#ticking);
    await this.#collectors.stop();
    this.#self.stop();
    await this.#snapshots?.stop(stopGraceSeconds);
    await this.#log?.close();
  }
}

/** What is found about ranks shows in their states: the one way in which judgement reaches back, and only for show. */
function showCondition(subject: Subject, findings: Findings, runs: Runs): void {
  if (subject.run === null) return;
  const open = findings.open.filter(({ kind, subject: other }) => {
    // A stall has a state of its own, of the ranks that stall alone.
    return kind !== stall.kind && other.run === subject.run && other.rank === subject.rank;
  });
  runs.setCondition(subject.run, subject.rank, conditionOf(open));
}

/** As GRADWATCH_ADDRESS of a worker has them. */
function addresses({ address, socket }: Listening): string[] {
  return [...(address === null ? [] : [localAddress(address)]), ...(socket === null ? [] : [`unix:${socket}`])];
}
