/** Colours of the words in conditions and outputs, as the language engine knows them, and of the YAML around. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Extension, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { RuleLanguage } from '../../src/language/language.ts';
import { TOKEN_TYPES, type TokenType } from '../../src/language/semantic-tokens.ts';

const MARKS = Object.fromEntries(
  TOKEN_TYPES.map((type) => [type, Decoration.mark({ class: `rule-${type}` })]),
) as Record<TokenType, Decoration>;

const yamlColours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: 'rule-key' },
  { tag: tags.comment, class: 'rule-comment' },
]);

export function colours(language: RuleLanguage, name: string): Extension {
  const plugin = ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = marksOf(view, language, name);
      }

      update(update: ViewUpdate): void {
        if (update.docChanged || update.viewportChanged)
          this.decorations = marksOf(update.view, language, name);
      }
    },
    { decorations: (value) => value.decorations },
  );
  return [syntaxHighlighting(yamlColours), plugin];
}

function marksOf(view: EditorView, language: RuleLanguage, name: string): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  const { from, to } = view.viewport;
  for (const { start, end, type } of language.tokens(name, from, to)) {
    if (end > from && start < to) marks.add(start, end, MARKS[type]);
  }
  return marks.finish();
}
