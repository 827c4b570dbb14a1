/** The body of a scrape. One that is cut off is tried again: the time until there is an answer is what counts. */
export async function scrape(metrics: string): Promise<string> {
  for (;;) {
    try {
      return await (await fetch(metrics)).text();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Reports that the exporter has taken, as it tells them. */
export async function reportsTold(metrics: string): Promise<number> {
  return Number(/^gradwatch_exporter_steps_total (\d+)$/m.exec(await scrape(metrics))?.[1] ?? NaN);
}
