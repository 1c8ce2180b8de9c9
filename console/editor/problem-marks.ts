/** Problems under the words that they are about, with their repairs, and in the margin. */
import { type Diagnostic, linter, lintGutter, lintKeymap } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import type { Diagnostic as Found } from '../../src/language/diagnostics.ts';
import type { RuleLanguage } from '../../src/language/language.ts';
import type { EditorOptions, EditorProblem } from './mount-editor.ts';

/** Milliseconds without typing after which the rules are checked. */
const PAUSE = 250;

export function problemMarks(
  language: RuleLanguage,
  name: string,
  { onProblems, readOnly = false }: Pick<EditorOptions, 'onProblems' | 'readOnly'>,
): Extension {
  const find = (view: EditorView): Diagnostic[] => {
    const found = language.diagnostics(name);
    onProblems?.(found.map((problem) => placed(problem, view, name)));
    return found.map((problem) => shown(problem, readOnly));
  };
  return [linter(find, { delay: PAUSE }), lintGutter(), keymap.of(lintKeymap)];
}

function shown({ start, end, severity, message, code, repairs }: Found, readOnly: boolean): Diagnostic {
  return {
    from: start,
    to: end,
    severity: severity === 'information' ? 'info' : severity,
    message,
    source: code,
    actions: readOnly
      ? []
      : repairs.map(({ title, edits }) => ({
          name: title,
          apply(view: EditorView) {
            view.dispatch({
              changes: edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })),
            });
          },
        })),
  };
}

function placed({ start, severity, message, code }: Found, view: EditorView, file: string): EditorProblem {
  const line = view.state.doc.lineAt(Math.min(start, view.state.doc.length));
  return { file, line: line.number, column: start - line.from + 1, severity, message, code };
}
