/** A file of the bundle; `path` is relative to the root of the project. */
export interface BundleFile {
  readonly path: string;
  readonly content: string;
}

export const generatedHeader = '# Written by `npm run generate` from src/bundle/. Change it there.\n';
