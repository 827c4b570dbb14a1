import type { VerdictSink } from './engine.ts';
import type { Report } from './judging.ts';

/** Passes verdicts on, and tells of each first. */
export function overheard(sink: VerdictSink, hears: (report: Report) => void): VerdictSink {
  return {
    report: (report) => {
      hears(report);
      sink.report(report);
    },
    rankEnded: (run, rank) => {
      sink.rankEnded(run, rank);
    },
    runEnded: (run) => {
      sink.runEnded(run);
    },
    rankForgotten: (run, rank) => {
      sink.rankForgotten(run, rank);
    },
    runForgotten: (run) => {
      sink.runForgotten(run);
    },
  };
}
