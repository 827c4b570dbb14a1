import type { Observation, Observed, RankIdentity } from '../runs/index.ts';
import type { SeriesTable } from '../series/index.ts';
import type { Section } from '../snapshot/index.ts';
import type { AnyStepDetector, DetectorOptions, Verdict } from './detector.ts';
import { concerns } from './concerns.ts';
import { DetectorSeries } from './detector-series.ts';
import { enabled } from './enabled.ts';
import type { Judging } from './judging.ts';
import type { AnyReportDetector, Reports } from './report.ts';
import { Watches, type Station, type Watch } from './watches.ts';

interface RankFeedParts {
  readonly table: SeriesTable;
  readonly judging: Judging;
  readonly stepDetectors: readonly AnyStepDetector[];
  readonly reportDetectors: readonly AnyReportDetector[];
  readonly options: Readonly<Record<string, DetectorOptions>>;
}

/** Feeds detectors that judge each rank for itself: with its steps, and with what it reports beside them. */
export class RankFeed {
  readonly stations: readonly (Station<AnyStepDetector> | Station<AnyReportDetector>)[];
  readonly #judging: Judging;
  readonly #steps: Watches<AnyStepDetector>;
  readonly #reports: Watches<AnyReportDetector>;
  readonly #heard: ReadonlySet<keyof Reports>;

  constructor({ table, judging, stepDetectors, reportDetectors, options }: RankFeedParts) {
    const steps = enabled(stepDetectors, options).map((entry) => ({
      ...entry,
      series: new DetectorSeries(table, entry.detector.metrics),
    }));
    const reports = enabled(reportDetectors, options).map((entry) => ({
      ...entry,
      series: new DetectorSeries(table, {}),
    }));
    this.stations = [...steps, ...reports];
    this.#judging = judging;
    this.#steps = new Watches('detect', steps);
    this.#reports = new Watches('detect_reports', reports);
    this.#heard = new Set(reports.map(({ detector }) => detector.hears));
  }

  observation(observation: Observation): void {
    for (const watch of this.#steps.observed(observation)) {
      const { detector } = watch.station;
      if (concerns(observation, detector.reads))
        this.#judging.judge(detector, observation, askStep, watch, observation);
    }
  }

  hear(kind: keyof Reports, report: Observed<Reports[keyof Reports]>): void {
    if (!this.#heard.has(kind)) return;
    for (const watch of this.#reports.observed(report)) {
      const { detector } = watch.station;
      if (detector.hears === kind) this.#judging.judge(detector, report, askReport, watch, report);
    }
  }

  forgetRank(identity: RankIdentity): void {
    this.#steps.forgetRank(identity);
    this.#reports.forgetRank(identity);
  }

  forgetRun(run: string): void {
    this.#steps.forgetRun(run);
    this.#reports.forgetRun(run);
  }

  isRestored(kind: string, identity: RankIdentity): boolean {
    return this.#steps.isRestored(kind, identity) || this.#reports.isRestored(kind, identity);
  }

  sections(holds: (identity: RankIdentity) => boolean): readonly Section[] {
    return [this.#steps.section(holds), this.#reports.section(holds)];
  }
}

function askStep({ station, state, series }: Watch<AnyStepDetector>, observation: Observation): Verdict {
  return station.detector.observe(state, observation, station.options, series.set);
}

function askReport({ station, state }: Watch<AnyReportDetector>, report: Observed<Reports[keyof Reports]>): Verdict {
  return station.detector.observe(state, report, station.options);
}
