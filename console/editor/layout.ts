/** Laying out the whole file by Alt+Shift+F. */
import type { Extension } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import type { RuleLanguage } from '../../src/language/language.ts';

export function layout(language: RuleLanguage, name: string): Extension {
  return keymap.of([
    {
      key: 'Alt-Shift-f',
      preventDefault: true,
      run(view) {
        if (view.state.readOnly) return false;
        const changes = language
          .format(name)
          .map(({ start, end, text }) => ({ from: start, to: end, insert: text }));
        if (changes.length > 0) view.dispatch({ changes, userEvent: 'format' });
        return true;
      },
    },
  ]);
}
