import type { BundleConfig } from '../config.ts';
import { age, aggregate, filter, increase, series } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import { rankInfo, rankStepTime } from '../recording-rules.ts';
import type { Row } from './model.ts';
import { timeSeries } from './panel.ts';
import { runbook } from './runbook.ts';
import { line } from './target.ts';
import { pickedCluster, pickedRanks, rateInterval } from './variables.ts';

/** Whether what is shown above is fresh. */
export function telemetryRow(config: BundleConfig): Row {
  const lastSuccess = series('gradwatch_exporter_collector_last_success_timestamp_seconds', pickedCluster);
  const dropped = series('gradwatch_rank_dropped_steps_total', pickedRanks);
  const ofRun = filter(lastSuccess, 'and', ['instance'], recorded(rankInfo, pickedRanks));
  return {
    title: 'Telemetry',
    panels: [
      {
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Age of the last step',
          description:
            'Seconds since each rank took the step that is shown. It grows while a rank hangs or its reports do not arrive.',
          unit: 's',
          min: 0,
          queries: [line(age(recorded(rankStepTime, pickedRanks)), ({ rank }) => `rank ${rank}`)],
          links: [runbook(config, 'GradwatchWorkerLost', 'worker lost')],
        }),
      },
      {
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Age of readings',
          description: 'Seconds since the last good reading of each collector on the nodes of the run.',
          unit: 's',
          min: 0,
          queries: [
            line(
              age(aggregate('max', ['node', 'collector'], ofRun)),
              ({ node, collector }) => `${collector} on ${node}`,
            ),
          ],
          links: [
            runbook(config, 'GradwatchCollectorFailing', 'collector failing'),
            runbook(config, 'GradwatchExporterDown', 'exporter down'),
          ],
        }),
      },
      {
        width: 8,
        height: 7,
        panel: timeSeries({
          title: 'Steps dropped by workers',
          description: 'Steps that a worker could not deliver and dropped because its buffer was full.',
          unit: 'none',
          min: 0,
          queries: [line(aggregate('sum', ['rank'], increase(dropped, rateInterval)), ({ rank }) => `rank ${rank}`)],
        }),
      },
    ],
  };
}
