/** Where a field lies in an object of Kubernetes. */

/** Keys of mappings and indices of lists, from the outermost to the innermost. */
export type FieldPath = readonly (string | number)[];

/** The path as Kubernetes writes it: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`. */
export function pathText(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[part];
  }
  return current;
}
