import { severities, type Severity } from '../detect/index.ts';
import type { Row, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { Finding } from './finding.ts';
import { findingMetrics } from './metrics.ts';

/** Code units of a sentence that its label shows; more is cut. */
const maxLabel = 384;

type Figure = 'firstStep' | 'score' | Mark;
type Mark = 'silenced' | 'acknowledged' | 'escalated';

interface Rows {
  readonly severity: Row<'severity'>;
  readonly figures: Row<Figure>;
  info: Row<'info'>;
}

/** Findings as series. */
export class FindingSeries {
  readonly #severity: SeriesGroup<'severity', 'finding' | 'kind' | 'run' | 'rank' | 'uuid'>;
  readonly #info: SeriesGroup<'info', 'finding' | 'cause' | 'advice' | 'first_rank' | 'consequence_of'>;
  readonly #figures: SeriesGroup<Figure, 'finding'>;
  readonly #totals: SeriesGroup<'total', 'kind' | 'severity'>;
  readonly #refused: SeriesGroup<'refused', 'kind'>;
  readonly #kinds: readonly string[];
  readonly #rows = new Map<string, Rows>();

  /** Counters begin at 0 for every kind, so that the first finding is an increase. */
  constructor(table: SeriesTable, kinds: readonly string[]) {
    const { severity, info, firstStep, score, silenced, acknowledged, escalated, total, refused } = findingMetrics;
    this.#severity = table.group(severity.labels, { severity });
    this.#info = table.group(info.labels, { info });
    this.#figures = table.group(score.labels, { firstStep, score, silenced, acknowledged, escalated });
    this.#totals = table.group(total.labels, { total });
    this.#refused = table.group(refused.labels, { refused });
    this.#kinds = kinds;
    for (const kind of kinds) {
      for (const severity of severities) this.#totals.row({ kind, severity }).set('total', 0);
      this.#refused.row({ kind }).set('refused', 0);
    }
  }

  /** Shows an open finding as it stands now. */
  show(finding: Finding): void {
    const { id, kind, subject, firstStep } = finding;
    let rows = this.#rows.get(id);
    if (rows === undefined) {
      const { run, rank, uuid } = subject;
      rows = {
        severity: this.#severity.row({ finding: id, kind, run: run ?? '', rank: label(rank), uuid: uuid ?? '' }),
        figures: this.#figures.row({ finding: id }),
        info: this.#infoRow(finding),
      };
      this.#rows.set(id, rows);
    }
    rows.severity.set('severity', severities.indexOf(finding.severity) + 1);
    if (firstStep !== null) rows.figures.set('firstStep', firstStep);
    rows.figures.set('score', finding.score);
    mark(rows.figures, 'silenced', finding.silencedBy !== null);
    mark(rows.figures, 'acknowledged', finding.acknowledgement !== null);
    mark(rows.figures, 'escalated', finding.escalated);
    const info = this.#infoRow(finding);
    if (info !== rows.info) rows.info.remove();
    info.set('info', 1);
    rows.info = info;
  }

  /** Takes the series of a finding away. */
  drop(id: string): void {
    const rows = this.#rows.get(id);
    if (rows === undefined) return;
    rows.severity.remove();
    rows.figures.remove();
    rows.info.remove();
    this.#rows.delete(id);
  }

  count({ kind, severity }: Finding): void {
    this.#totals.row({ kind, severity }).add('total');
  }

  /** Counts that are not 0, of kinds that there are. */
  counted(): { readonly kind: string; readonly severity: Severity; readonly total: number }[] {
    return this.#kinds.flatMap((kind) =>
      severities
        .map((severity) => ({ kind, severity, total: this.#totals.row({ kind, severity }).get('total') ?? 0 }))
        .filter(({ total }) => total > 0),
    );
  }

  /** Takes a count of before a restart back. */
  putBackCount(kind: string, severity: Severity, total: number): void {
    if (this.#kinds.includes(kind)) this.#totals.row({ kind, severity }).add('total', total);
  }

  countRefused(kind: string): void {
    this.#refused.row({ kind }).add('refused');
  }

  #infoRow({ id, cause, advice, firstRank, consequenceOf }: Finding): Row<'info'> {
    return this.#info.row({
      finding: id,
      cause: shown(cause),
      advice: shown(advice),
      first_rank: label(firstRank),
      consequence_of: consequenceOf ?? '',
    });
  }
}

/** A rule asks whether the series is there. */
function mark(row: Row<Figure>, name: Mark, holds: boolean): void {
  if (holds) row.set(name, 1);
  else row.clear(name);
}

function label(rank: number | null): string {
  return rank === null ? '' : String(rank);
}

/** A sentence as its label has it, cut without half of a surrogate pair at its end. */
function shown(sentence: string): string {
  return sentence.length <= maxLabel ? sentence : `${sentence.slice(0, maxLabel - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
