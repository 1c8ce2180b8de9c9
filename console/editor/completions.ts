/** Completion in the console's editor. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  snippet,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import type { CompletionItem, CompletionKind } from '../../src/language/completion.ts';
import type { RuleLanguage } from '../../src/language/language.ts';
import { documentationBox } from './documentation-box.ts';

/** Behind these, something is offered before a letter is typed. */
const BEGINS = /(?:[.%[(]|\b(?:and|or|not|in)\s|=\s|:\s)$/;

export function completions(language: RuleLanguage, name: string): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = language.complete(name, context.pos);
    if (found === undefined || found.items.length === 0) return null;
    const before = context.state.sliceDoc(Math.max(0, context.pos - 10), context.pos);
    if (!context.explicit && found.start === context.pos && !BEGINS.test(before)) return null;
    const options = found.items.map((item, index) => option(item, found.items.length - index));
    // Behind a dot there may be more names than before it.
    return { from: found.start, to: found.end, options, validFor: /^[\w-]+$/ };
  };
  return [autocompletion({ override: [source], icons: true }), keymap.of(completionKeymap)];
}

/** Kinds that have an icon of their own in CodeMirror. */
const TYPES: Readonly<Record<CompletionKind, string>> = {
  field: 'property',
  macro: 'function',
  list: 'enum',
  rule: 'class',
  operator: 'keyword',
  keyword: 'keyword',
  transformer: 'method',
  value: 'constant',
  event: 'constant',
  key: 'property',
  tag: 'constant',
  snippet: 'text',
};

function option(item: CompletionItem, rank: number): Completion {
  const { label, kind, detail, documentation, insert, isSnippet } = item;
  return {
    label,
    type: TYPES[kind],
    boost: Math.min(99, rank / 10),
    ...(detail === undefined || detail === '' ? {} : { detail }),
    ...(documentation === undefined || documentation === ''
      ? {}
      : { info: () => documentationBox(documentation) }),
    ...(insert === undefined ? {} : { apply: isSnippet ? snippet(insert) : insert }),
  };
}
