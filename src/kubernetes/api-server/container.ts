/** The container of the API server in the manifest of its static pod, and its flags. */
import type { EditableText } from '../editing/editable-text.ts';
import { type FieldPath, valueAt } from '../manifests/field-path.ts';
import { listOf, mapOf, textOf } from '../manifests/manifest.ts';

/** The manifest is not one that can be edited. The message is one line for people. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

const PROGRAM = 'kube-apiserver';

/** Edits the flags of one container. */
export class ApiServerContainer {
  readonly path: FieldPath;
  readonly #text: EditableText;

  /** Throws a {@link ManifestError} when there is no such container, or more than one. */
  constructor(text: EditableText) {
    this.#text = text;
    const pod = mapOf(text.value);
    if (pod?.kind !== 'Pod' || pod.apiVersion !== 'v1')
      throw new ManifestError(
        'this is not the manifest of a pod: "apiVersion: v1" and "kind: Pod" are missing',
      );
    const containers = listOf(valueAt(pod, ['spec', 'containers']));
    const found = containers.flatMap((container, index) => (isApiServer(container) ? [index] : []));
    if (found.length !== 1)
      throw new ManifestError(
        found.length === 0 ? `no container of the pod runs ${PROGRAM}` : `several containers run ${PROGRAM}`,
      );
    this.path = ['spec', 'containers', found[0] as number];
    this.#refuseShell();
  }

  /** Value of a flag: `--name=value` or `--name value`, the last of several. `undefined` when it is not there. */
  flag(name: string): string | undefined {
    return this.#find(name)?.value;
  }

  /** Changes a flag where it stands, or adds it behind the others. */
  setFlag(name: string, value: string): void {
    const found = this.#find(name);
    if (found === undefined) this.#text.add(this.#listForNew(), `--${name}=${value}`);
    else this.#text.set(found.path, found.isApart ? value : `--${name}=${value}`);
  }

  #find(
    name: string,
  ): { readonly value: string; readonly path: FieldPath; readonly isApart: boolean } | undefined {
    for (const list of ['args', 'command']) {
      const items = this.#items(list);
      for (let index = items.length - 1; index >= 0; index--) {
        const item = items[index] ?? '';
        const path = [...this.path, list, index];
        if (item.startsWith(`--${name}=`))
          return { value: item.slice(name.length + 3), path, isApart: false };
        if (item === `--${name}`)
          return { value: items[index + 1] ?? '', path: [...this.path, list, index + 1], isApart: true };
      }
    }
    return undefined;
  }

  #items(list: string): string[] {
    return listOf(valueAt(this.#text.value, [...this.path, list])).map(String);
  }

  /** Where the other flags are. */
  #listForNew(): FieldPath {
    const holder = ['args', 'command'].find((list) =>
      this.#items(list).some((item) => item.startsWith('--')),
    );
    return [...this.path, holder ?? (this.#items('args').length > 0 ? 'args' : 'command')];
  }

  #refuseShell(): void {
    const words = [...this.#items('command'), ...this.#items('args')];
    if (words.some((word) => /\s--[a-z]/.test(word)))
      throw new ManifestError(
        `${PROGRAM} is started by a line of a shell, which Lanner does not edit: give its flags one by one in ` +
          'command or args',
      );
  }
}

function isApiServer(container: unknown): boolean {
  const map = mapOf(container);
  if (map === undefined) return false;
  const words = [...listOf(map.command), ...listOf(map.args)].map(String);
  const runs = words.some((word) => word === PROGRAM || word.endsWith(`/${PROGRAM}`));
  return runs || textOf(map.name) === PROGRAM;
}
