/** `fd.path.*`: the paths of an opened file, and the one that an event is shown under. */
import type { ByteString } from '../events/bytes.ts';
import type { EventContext } from '../system/context.ts';
import type { NameKind } from '../system/other-names.ts';
import type { FieldValue } from './field.ts';

export function resolvedPath({ resolvedPath }: EventContext): ByteString | undefined {
  return resolvedPath;
}

export function givenPath({ otherNames, resolvedPath }: EventContext): ByteString | undefined {
  return otherNames?.find(({ kind }) => kind === 'given')?.path ?? resolvedPath;
}

export function aliases({ otherNames, resolvedPath }: EventContext): FieldValue {
  if (resolvedPath === undefined) return undefined;
  return otherNames?.filter(({ kind }) => isAlias(kind)).map(({ path }) => path);
}

export function shownPath({ shownName, resolvedPath }: EventContext): ByteString | undefined {
  if (shownName) return isAlias(shownName.kind) ? 'alias' : shownName.kind;
  return resolvedPath === undefined ? undefined : 'resolved';
}

function isAlias(kind: NameKind): boolean {
  return kind === 'same file' || kind === 'host';
}
