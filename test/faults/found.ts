/** What is found of the second card of the node and is open, as a scrape has it: kind and severity of each, in order. */
export function found(samples: readonly string[]): readonly string[] {
  const info = samples.find((sample) => /^gradwatch_gpu_info{.*gpu="1"/.test(sample));
  const second = /uuid="([^"]+)"/.exec(info ?? '')?.[1];
  return samples
    .flatMap((sample) => {
      const [, kind, uuid, severity] =
        /^gradwatch_finding_severity{.*kind="(\w+)".*uuid="([^"]*)".*} (\d)$/.exec(sample) ?? [];
      return kind === undefined || uuid === '' || uuid !== second ? [] : [`${kind} ${severity ?? ''}`];
    })
    .toSorted();
}
