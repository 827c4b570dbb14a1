/** Window of recorded rates: four scrapes. It is in their names, so it is not an option. */
export const rateWindow = '1m';

/** Every threshold, duration, address and selector of the bundle. Expressions and files are made of these; none is written in them. */
export interface BundleConfig {
  /** Where docs/runbooks/ can be read; the name of a file follows. */
  readonly runbookUrl: string;
  /** Where Grafana is reached; the path of a dashboard follows. */
  readonly grafanaUrl: string;
  /** The label `job` of the exporter's targets. */
  readonly job: string;
  readonly scrapeInterval: string;
  /** Whether the dashboard shows its `cluster` variable. */
  readonly multiCluster: boolean;
  /** `gradwatch_finding_severity` from which a finding alerts: 2 is warning, 3 is critical. */
  readonly findingSeverity: 2 | 3;
  /** After the last fatal error of an NVLink switch it alerts for as long; a finding of an Xid error lasts as long. */
  readonly switchErrorSeconds: number;
  readonly alerts: Readonly<Record<AlertKey, AlertTiming>>;
  /** When messages are sent: about runs, about nodes at once, about all else, and to the dead man's switch. */
  readonly notifications: Readonly<Record<'training' | 'node' | 'other' | 'watchdog', NotificationTiming>>;
}

export interface NotificationTiming {
  /** How long the first message waits for more alerts of the same incident. */
  readonly wait: string;
  /** How long until a message about what was added, or resolved. */
  readonly interval: string;
  /** How long until an unchanged message is sent again. */
  readonly repeat: string;
}

export type AlertKey =
  | 'watchdog'
  | 'exporterDown'
  | 'collectorFailing'
  | 'findingsRefused'
  | 'gpuLost'
  | 'gpuXid'
  | 'gpuSxid'
  | 'gpuMemoryFailing'
  | 'oomKill'
  | 'gpuDriverHung'
  | 'workerLost'
  | 'runStalled'
  | 'gradientExplosion'
  | 'nonFinite'
  | 'trainingDegraded'
  | 'rankDegraded'
  | 'escalated';

/** `critical` wakes someone, `warning` can wait for the morning, `none` is for machines. */
export type AlertSeverity = 'none' | 'warning' | 'critical';

export interface AlertTiming {
  readonly severity: AlertSeverity;
  /**
   * How long it must hold before it fires; at once when absent. What follows from a fault of the machine is mostly found some seconds before
   * it, and what one node suffers from another before that one tells of it: such alerts wait for the scrape that tells the cause.
   */
  readonly for?: string;
  /**
   * How long it goes on firing when its series are gone: bridges a restart of the exporter. Alerts of a node keep firing longer than
   * `exporterDown.for`: an exporter that dies takes its series along, and by the time they would count as resolved
   * GradwatchExporterDown inhibits them, so that nobody is told of a recovery that nobody saw.
   */
  readonly keepFiringFor?: string;
}

export const defaults: BundleConfig = {
  runbookUrl: 'https://gradwatch.example/docs/runbooks',
  grafanaUrl: 'https://grafana.example',
  job: 'gradwatch',
  scrapeInterval: '15s',
  multiCluster: false,
  findingSeverity: 2,
  switchErrorSeconds: 900,
  alerts: {
    watchdog: { severity: 'none' },
    exporterDown: { severity: 'warning', for: '3m' },
    collectorFailing: { severity: 'warning', for: '10m' },
    findingsRefused: { severity: 'warning', keepFiringFor: '10m' },
    gpuLost: { severity: 'critical', keepFiringFor: '5m' },
    gpuXid: { severity: 'critical', keepFiringFor: '5m' },
    gpuSxid: { severity: 'critical', keepFiringFor: '5m' },
    gpuMemoryFailing: { severity: 'critical', keepFiringFor: '5m' },
    oomKill: { severity: 'critical', keepFiringFor: '5m' },
    gpuDriverHung: { severity: 'critical', for: '2m', keepFiringFor: '5m' },
    workerLost: { severity: 'critical', for: '15s', keepFiringFor: '5m' },
    runStalled: { severity: 'critical', keepFiringFor: '5m' },
    gradientExplosion: { severity: 'critical', keepFiringFor: '1m' },
    nonFinite: { severity: 'critical', keepFiringFor: '1m' },
    trainingDegraded: { severity: 'warning', for: '30s', keepFiringFor: '1m' },
    rankDegraded: { severity: 'warning', for: '30s', keepFiringFor: '5m' },
    escalated: { severity: 'critical', keepFiringFor: '5m' },
  },
  notifications: {
    training: { wait: '10s', interval: '2m', repeat: '4h' },
    node: { wait: '10s', interval: '2m', repeat: '4h' },
    other: { wait: '30s', interval: '5m', repeat: '12h' },
    watchdog: { wait: '0s', interval: '1m', repeat: '2m' },
  },
};
