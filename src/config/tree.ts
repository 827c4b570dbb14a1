/** What was given for one option, and where. */
export interface Scalar {
  /** The file and the key path, the name of the variable or of the flag. */
  readonly where: string;
  /** Null where a key of the file has no value. */
  readonly value: unknown;
}

/** All that was given, as groups within groups. */
export type Tree = Map<string, Tree | Scalar>;

export function put(tree: Tree, path: readonly string[], scalar: Scalar): void {
  groupAt(tree, path.slice(0, -1)).set(path.at(-1) ?? '', scalar);
}

/** The group at a path, made where there is none; it takes the place of a scalar, which a stronger source then overrides. */
export function groupAt(tree: Tree, path: readonly string[]): Tree {
  let here = tree;
  for (const key of path) {
    let next = here.get(key);
    if (!(next instanceof Map)) {
      next = new Map();
      here.set(key, next);
    }
    here = next;
  }
  return here;
}

export function find(tree: Tree, path: readonly string[]): Tree | Scalar | undefined {
  let here: Tree | Scalar | undefined = tree;
  for (const key of path) here = here instanceof Map ? here.get(key) : undefined;
  return here;
}

export function remove(tree: Tree, path: readonly string[]): void {
  const group = find(tree, path.slice(0, -1));
  if (group instanceof Map) group.delete(path.at(-1) ?? '');
}

/** A mapping whose keys the user chooses stays a Map: nothing that it is called can reach a prototype. */
export function contents(tree: Tree): Map<string, unknown> {
  return new Map([...tree].map(([key, value]) => [key, value instanceof Map ? contents(value) : value.value]));
}
