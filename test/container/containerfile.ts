/** What the final stage of a Containerfile puts into the image, and how it is started. */
export interface Image {
  readonly copies: readonly Copy[];
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

export interface Copy {
  /** The stage that it comes from; null: the folder of the sources. */
  readonly stage: string | null;
  readonly owner: string | null;
  readonly source: string;
  /** Absolute. */
  readonly target: string;
}

/** @throws Error at an instruction of the final stage that is not known here: then the test would assemble something else. */
export function finalStage(text: string): Image {
  const instructions = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean);
  const last = instructions.findLastIndex((line) => line.startsWith('FROM '));
  const image = { copies: [] as Copy[], user: '', workdir: '/', entrypoint: [], command: [] } as {
    -readonly [Key in keyof Image]: Image[Key];
  } & { copies: Copy[] };
  for (const line of instructions.slice(last + 1)) {
    const [word = '', ...rest] = line.split(/\s+/);
    if (word === 'COPY') image.copies.push(copy(rest, image.workdir));
    else if (word === 'WORKDIR') image.workdir = rest[0] ?? '/';
    else if (word === 'USER') image.user = rest[0] ?? '';
    else if (word === 'ENTRYPOINT') image.entrypoint = JSON.parse(rest.join(' ')) as string[];
    else if (word === 'CMD') image.command = JSON.parse(rest.join(' ')) as string[];
    else if (word !== 'LABEL' && word !== 'EXPOSE') throw new Error(`${word} in the final stage of the Containerfile`);
  }
  return image;
}

function copy(words: readonly string[], workdir: string): Copy {
  const flag = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? null;
  const [source = '', target = '', ...more] = words.filter((word) => !word.startsWith('--'));
  if (more.length > 0) throw new Error(`COPY of several sources: ${words.join(' ')}`);
  // A folder as target, or the name of what is copied.
  const name = target.endsWith('/') ? `${target}${source.split('/').at(-1) ?? ''}` : target;
  return { stage: flag('from'), owner: flag('chown'), source, target: new URL(name, `file://${workdir}/`).pathname };
}
