export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds and the value as Prometheus prints it. */
  readonly value: readonly [number, string];
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  readonly activeAt: string;
}

export interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** Questions to a real Prometheus over its HTTP API. */
export class PrometheusApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The result of an instant query; of a range selector, the raw samples. @throws Error with Prometheus' own message. */
  async query(expression: string, time?: number): Promise<readonly Sample[]> {
    const data = await this.#get<{ result: Sample[] }>('query', {
      query: expression,
      ...(time && { time: String(time) }),
    });
    return data.result;
  }

  async raw(selector: string): Promise<readonly RawSeries[]> {
    return (await this.#get<{ result: RawSeries[] }>('query', { query: selector })).result;
  }

  /** The series of an expression over the last seconds, as a panel shows them. */
  async range(expression: string, seconds: number, step: number): Promise<readonly RawSeries[]> {
    const end = Date.now() / 1000;
    const parameters = { query: expression, start: String(end - seconds), end: String(end), step: String(step) };
    return (await this.#get<{ result: RawSeries[] }>('query_range', parameters)).result;
  }

  async alerts(): Promise<readonly Alert[]> {
    return (await this.#get<{ alerts: Alert[] }>('alerts', {})).alerts;
  }

  async targets(): Promise<readonly { readonly health: string; readonly lastError: string }[]> {
    return (await this.#get<{ activeTargets: { health: string; lastError: string }[] }>('targets', {})).activeTargets;
  }

  async #get<Data>(what: string, parameters: Readonly<Record<string, string>>): Promise<Data> {
    const response = await fetch(`${this.#url}/api/v1/${what}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; error?: string; data: Data };
    if (answer.status !== 'success') throw new Error(`${what} ${JSON.stringify(parameters)}: ${answer.error ?? ''}`);
    return answer.data;
  }
}
