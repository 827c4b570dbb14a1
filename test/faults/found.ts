/** What is found of the machine and is open, as a scrape has it: kind, card and severity of each, in order. */
export function found(samples: readonly string[]): readonly string[] {
  return samples
    .flatMap((sample) => {
      const [, kind, uuid, severity] =
        /^gradwatch_finding_severity{.*kind="(gpu_\w+)".*uuid="([^"]*)".*} (\d)$/.exec(sample) ?? [];
      return kind === undefined ? [] : [`${kind} ${uuid ?? ''} ${severity ?? ''}`];
    })
    .toSorted();
}

/** The same of what should be found of the second card of the node. */
export function expected(kinds: Readonly<Record<string, number>>, samples: readonly string[]): readonly string[] {
  const info = samples.find((sample) => /^gradwatch_gpu_info{.*gpu="1"/.test(sample));
  const uuid = /uuid="([^"]+)"/.exec(info ?? '')?.[1] ?? '';
  return Object.entries(kinds)
    .map(([kind, severity]) => `${kind} ${uuid} ${severity}`)
    .toSorted();
}
