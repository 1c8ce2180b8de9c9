/** How a name in a rule finds its field. Pure: editors do it where there is no engine. */
import type { DottedArgument, FieldInfo, FieldReference } from './field-info.ts';

/** Finds a field by its name as written, dotted arguments included, without brackets. */
export function findField<F extends FieldInfo>(
  name: string,
  byName: ReadonlyMap<string, F>,
  dotted: ReadonlyMap<string, DottedArgument>,
): FieldReference<F> | undefined {
  const field = byName.get(name);
  if (field) return { field, argument: undefined, type: field.type };
  // The longest field name that the name begins with wins.
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const field = byName.get(name.slice(0, dot));
    const accepted = field && dotted.get(field.name);
    if (!accepted) continue;
    const argument = name.slice(dot + 1);
    if (!accepts(accepted, argument)) return undefined;
    const type = field.type === 'DYN' ? (accepted.names?.get(argument) ?? 'DYN') : field.type;
    return { field, argument, type };
  }
  return undefined;
}

function accepts({ names, pattern }: DottedArgument, argument: string): boolean {
  return names?.has(argument) === true || (pattern !== undefined && new RegExp(pattern).test(argument));
}
