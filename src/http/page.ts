import type { CollectorReport } from '../collect/index.ts';
import type { Findings } from '../findings/index.ts';
import type { RunReport } from '../runs/index.ts';
import { findingCells, findingHeads, worstFirst } from './finding-cells.ts';
import { gpuCells, gpuHeads } from './gpu-cells.ts';
import { html } from './html.ts';
import type { Served } from './served.ts';
import { table, type TableCell } from './table.ts';

const style = html`<style>
  body {
    font:
      15px/1.5 system-ui,
      sans-serif;
    margin: 2rem;
    max-width: 80rem;
  }
  table {
    border-collapse: collapse;
    margin: 0.5rem 0 1.5rem;
  }
  th,
  td {
    border-bottom: 1px solid #ccc;
    padding: 0.25rem 0.75rem;
    text-align: left;
    vertical-align: top;
    font-variant-numeric: tabular-nums;
  }
</style>`;

/** What of the exporter the page shows. */
export interface Shown extends Pick<Served, 'version' | 'waiting' | 'gpus' | 'collectors' | 'runs'> {
  readonly findings: Pick<Findings, 'open' | 'silences'>;
}

/** GET /: where to look, and what is on this node now. Plain, without scripts and without anything from elsewhere. */
export function renderPage({ version, waiting, gpus, collectors, runs, findings }: Shown): string {
  const missing = waiting();
  const { open, silences } = findings;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>gradwatch</title>
        ${style}
      </head>
      <body>
        <h1>gradwatch ${version}</h1>
        <p>${missing.length === 0 ? 'Ready.' : `Not ready, waiting for ${missing.join(', ')}.`}</p>
        <p>
          <a href="/metrics">/metrics</a> · <a href="/api/v1/runs">/api/v1/runs</a> ·
          <a href="/api/v1/findings">/api/v1/findings</a> · <a href="/-/healthy">/-/healthy</a> ·
          <a href="/-/ready">/-/ready</a>
        </p>
        <h2>Open findings</h2>
        ${table(
          findingHeads,
          [...open].sort(worstFirst).map((finding) => findingCells(finding, silences)),
          'None.',
        )}
        <h2>Runs</h2>
        ${table(['Run', 'State', 'Framework', 'Model', 'World size', 'Ranks here', 'Step'], runs().map(runCells), 'None yet.')}
        <h2>GPUs</h2>
        ${table(gpuHeads, gpus().map(gpuCells), 'None seen.')}
        <h2>Collectors</h2>
        ${table(['Collector', 'State', 'Reason', 'What it says'], collectors().map(collectorCells), 'All are switched off.')}
      </body>
    </html> `.text;
}

function runCells({ run, state, framework, model, worldSize, ranks }: RunReport): readonly TableCell[] {
  const steps = ranks.flatMap(({ step }) => (step === null ? [] : [step]));
  return [run, state, framework, model, worldSize, ranks.length, steps.length === 0 ? null : Math.max(...steps)];
}

/** A sentence is there for what does not work alone: the cells of all others stay empty. */
function collectorCells(report: CollectorReport): readonly TableCell[] {
  const why = 'reason' in report ? [report.reason.replaceAll('_', ' '), report.message] : ['', ''];
  return [report.name, report.state, ...why];
}
