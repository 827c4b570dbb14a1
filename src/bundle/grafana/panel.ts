import { datasource, type Link, type Panel } from './model.ts';
import type { Query } from './target.ts';

interface Contents {
  readonly title: string;
  /** What the reader sees and how to read it. */
  readonly description: string;
  /** A unit id of Grafana. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Offered on every point of the panel. */
  readonly links?: readonly Link[];
  readonly mappings?: readonly object[];
}

/** Lines over time, with a table that shows last and highest value of each. */
export function timeSeries(
  contents: Contents & { readonly min?: number; readonly max?: number; readonly log?: true },
): Panel {
  const { min, max, log } = contents;
  return panel('timeseries', contents, {
    defaults: {
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      custom: {
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: 0,
        showPoints: 'auto',
        spanNulls: false,
        scaleDistribution: log ? { type: 'log', log: 10 } : { type: 'linear' },
      },
    },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  });
}

/** One figure. */
export function stat(contents: Contents): Panel {
  return panel('stat', contents, {
    defaults: { color: { mode: contents.mappings === undefined ? 'fixed' : 'thresholds', fixedColor: 'text' } },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: contents.mappings === undefined ? 'none' : 'background',
      graphMode: 'none',
      justifyMode: 'center',
      textMode: 'value',
    },
  });
}

/** A band for each element, coloured by its state. */
export function stateTimeline(contents: Contents): Panel {
  return panel('state-timeline', contents, {
    defaults: { custom: { lineWidth: 0, fillOpacity: 80 } },
    options: {
      mergeValues: true,
      showValue: 'auto',
      rowHeight: 0.9,
      legend: { displayMode: 'list', placement: 'bottom', showLegend: false },
      tooltip: { mode: 'single', sort: 'none' },
    },
  });
}

interface TableContents extends Contents {
  /** Columns from left to right and their headers; all others are left out. */
  readonly columns: Readonly<Record<string, string>>;
  readonly mappingsOf?: Readonly<Record<string, readonly object[]>>;
}

/** A row for each element; the queries share the labels by which their values come to stand in one row. */
export function table({ columns, mappingsOf = {}, ...contents }: TableContents): Panel {
  const names = Object.keys(columns);
  const base = panel('table', contents, {
    defaults: { custom: { align: 'auto', filterable: true } },
    options: { showHeader: true, cellHeight: 'sm', footer: { show: false, reducer: ['sum'], fields: '' } },
  });
  const overrides = Object.entries(mappingsOf).map(([column, mappings]) => ({
    matcher: { id: 'byName', options: columns[column] },
    properties: [
      { id: 'mappings', value: mappings },
      { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    ],
  }));
  return {
    ...base,
    fieldConfig: { ...base.fieldConfig, overrides },
    transformations: [
      { id: 'merge', options: {} },
      { id: 'filterFieldsByName', options: { include: { names } } },
      {
        id: 'organize',
        options: {
          excludeByName: {},
          indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
          renameByName: columns,
        },
      },
    ],
  };
}

function panel(
  type: Panel['type'],
  { title, description, unit, queries, links = [], mappings = [] }: Contents,
  { defaults, options }: { readonly defaults: object; readonly options: object },
): Panel {
  return {
    type,
    title,
    description,
    datasource,
    targets: queries.map((query, index) => ({ refId: String.fromCharCode(65 + index), ...query })),
    fieldConfig: { defaults: { unit, mappings, links, ...defaults }, overrides: [] },
    options,
  };
}
