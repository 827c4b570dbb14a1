/** What we use of Grafana's classic dashboard JSON, schema version 39: Grafana 10 to 13 load it. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: 39;
  readonly version: 1;
  readonly editable: false;
  /** 1: one crosshair over all panels. */
  readonly graphTooltip: 1;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly timezone: 'browser';
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly PlacedPanel[];
}

/** The data source that the reader picked. */
export const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

export interface Annotation {
  readonly name: string;
  readonly datasource: typeof datasource;
  readonly enable: boolean;
  readonly iconColor: string;
  readonly expr: string;
  readonly titleFormat: string;
  readonly textFormat: string;
  readonly tagKeys: string;
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly type: 'datasource' | 'query';
  readonly query: string | { readonly query: string; readonly refId: string };
  /** 2: asked anew when the time range changes. */
  readonly refresh: 1 | 2;
  /** 2: not shown. */
  readonly hide: 0 | 2;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly [more: string]: unknown;
}

export interface Target {
  readonly refId: string;
  readonly datasource: typeof datasource;
  readonly expr: string;
  readonly legendFormat: string;
  readonly format: 'time_series' | 'table';
  readonly instant: boolean;
  readonly range: boolean;
}

export interface Link {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: true;
}

export interface Panel {
  readonly type: 'timeseries' | 'stat' | 'table' | 'state-timeline';
  readonly title: string;
  readonly description: string;
  readonly datasource: typeof datasource;
  readonly targets: readonly Target[];
  readonly fieldConfig: {
    readonly defaults: { readonly unit: string; readonly links: readonly Link[]; readonly [more: string]: unknown };
    readonly overrides: readonly object[];
  };
  readonly options: object;
  readonly transformations?: readonly object[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly { readonly panel: Panel; readonly width: number; readonly height: number }[];
}

export type PlacedPanel = (Panel | RowHeader) & {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
};

export interface RowHeader {
  readonly type: 'row';
  readonly title: string;
  readonly collapsed: false;
  readonly panels: readonly [];
}
