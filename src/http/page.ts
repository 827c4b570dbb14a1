import type { Finding } from '../findings/index.ts';
import type { RunReport } from '../runs/index.ts';
import { html, type Html } from './html.ts';
import type { Served } from './served.ts';

const style = html`<style>
  body {
    font:
      15px/1.5 system-ui,
      sans-serif;
    margin: 2rem;
    max-width: 70rem;
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
  }
</style>`;

/** GET /: where to look, and what is on this node now. Plain, without scripts and without anything from elsewhere. */
export function renderPage({ version, waiting, runs, findings }: Served): string {
  const missing = waiting();
  const open = findings().filter(({ resolvedAt }) => resolvedAt === null);
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
        ${table(['Severity', 'Kind', 'Run', 'Rank', 'First step', 'Cause', 'Advice'], open.map(findingRow), 'None.')}
        <h2>Runs</h2>
        ${table(['Run', 'State', 'Framework', 'Model', 'World size', 'Ranks here', 'Step'], runs().map(runRow), 'None yet.')}
      </body>
    </html> `.text;
}

function table(heads: readonly string[], rows: readonly Html[], none: string): Html {
  if (rows.length === 0) return html`<p>${none}</p>`;
  return html`<table>
    <tr>
      ${heads.map((head) => html`<th>${head}</th>`)}
    </tr>
    ${rows}
  </table>`;
}

function findingRow({ severity, kind, subject, firstStep, cause, advice }: Finding): Html {
  return row([severity, kind, subject.run, subject.rank, firstStep, cause, advice]);
}

function runRow({ run, state, framework, model, worldSize, ranks }: RunReport): Html {
  const steps = ranks.flatMap(({ step }) => (step === null ? [] : [step]));
  return row([run, state, framework, model, worldSize, ranks.length, steps.length === 0 ? null : Math.max(...steps)]);
}

function row(cells: readonly (string | number | null)[]): Html {
  return html`<tr>
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr>`;
}
