/** Which words of a rule file are what, for colours. */
import type { NameUse } from './item-index.ts';
import type { PlacedItem, Workspace } from './workspace.ts';

/** In the terms that editors have for programming languages. */
export const TOKEN_TYPES = [
  'class',
  'function',
  'enumMember',
  'property',
  'parameter',
  'method',
  'operator',
  'keyword',
  'string',
  'number',
  'type',
] as const;

export type TokenType = (typeof TOKEN_TYPES)[number];

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly type: TokenType;
}

const TYPES: Readonly<Partial<Record<NameUse['kind'], TokenType>>> = {
  rule: 'class',
  macro: 'function',
  list: 'enumMember',
  field: 'property',
  argument: 'parameter',
  transformer: 'method',
  operator: 'operator',
  keyword: 'keyword',
  value: 'string',
  string: 'string',
  number: 'number',
  priority: 'type',
  source: 'type',
};

/** Tokens in order, none over another: names of lists are cut out of what they stand in. */
export function semanticTokens(workspace: Workspace, items: Iterable<PlacedItem>): SemanticToken[] {
  const { lists } = workspace.names;
  const tokens: SemanticToken[] = [];
  for (const { start, index } of items) {
    let end = 0;
    for (const use of index.uses) {
      const isList = use.kind === 'word' && lists.has(use.name);
      const type = isList ? 'enumMember' : use.kind === 'word' ? undefined : TYPES[use.kind];
      if (type === undefined) continue;
      if (use.start < end) {
        const last = tokens.at(-1);
        // What the name stands in was taken for something else: now it is known.
        if (!isList || last === undefined || last.type === 'enumMember') continue;
        tokens.pop();
        if (last.start < start + use.start) tokens.push({ ...last, end: start + use.start });
        tokens.push({ start: start + use.start, end: start + use.end, type });
        if (start + use.end < last.end) tokens.push({ ...last, start: start + use.end });
        continue;
      }
      if (use.end > use.start) tokens.push({ start: start + use.start, end: start + use.end, type });
      end = use.end;
    }
  }
  return tokens;
}
