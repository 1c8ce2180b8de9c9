/**
 * The editor of rule files for the console: CodeMirror, driven by the language engine that the language server
 * runs too. Load it on demand: `const { mountEditor } = await import('./editor/mount-editor.ts')`.
 */
import { EditorState, type Extension, Prec } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';
import { RuleLanguage } from '../../src/language/language.ts';
import { environmentOf, type Vocabulary } from '../../src/language/vocabulary.ts';
import { basics, readOnlySetting } from './basics.ts';
import { colours } from './colours.ts';
import { completions } from './completions.ts';
import { layout } from './layout.ts';
import { meanings } from './meanings.ts';
import { problemMarks } from './problem-marks.ts';
import { theme } from './theme.ts';

/** A rule file beside the edited one. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** A place in a file; lines and columns from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface EditorProblem extends FilePlace {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly code: string;
}

export interface EditorOptions {
  readonly text: string;
  /** What rules can name: `vocabularyOf` of the engine whose rules these are. */
  readonly vocabulary: Vocabulary;
  /** Name of the edited file, as messages show it. */
  readonly name?: string;
  /** The rule files that are loaded before and after it, in order: macros and lists may be defined there. */
  readonly before?: readonly NamedText[];
  readonly after?: readonly NamedText[];
  readonly readOnly?: boolean;
  /** What a screen reader calls the editor. */
  readonly label?: string;
  /** Every change of the text. */
  onChange?(text: string): void;
  /** Ctrl+S, on a Mac Cmd+S. */
  onSave?(text: string): void;
  /** What is wrong, a moment after the text has changed, and once in the beginning. */
  onProblems?(problems: readonly EditorProblem[]): void;
  /** Somebody goes to a definition in another file. */
  onOpen?(place: FilePlace): void;
}

export interface RuleEditor {
  /** The text as it is. */
  readonly text: string;
  /** Replaces the whole text, for instance by the saved one; what was typed can be brought back by undo. */
  setText(text: string): void;
  setReadOnly(readOnly: boolean): void;
  /** Shows a place of the text and puts the cursor there. */
  reveal(place: Omit<FilePlace, 'file'>): void;
  focus(): void;
  /** Takes the editor out of the page. */
  destroy(): void;
}

/**
 * Puts an editor into `parent`. It lives in a shadow tree, because style sheets can be adopted there: the content
 * security policy of the console allows no style elements. Colours are those of the custom properties `--editor-*`
 * of the page, see theme.ts.
 */
export function mountEditor(parent: HTMLElement, options: EditorOptions): RuleEditor {
  const { name = 'rules', before = [], after = [] } = options;
  const host = document.createElement('div');
  host.className = 'rule-editor';
  const root = host.attachShadow({ mode: 'open' });
  parent.append(host);
  const language = new RuleLanguage(environmentOf(options.vocabulary));
  language.setFiles([...before, { name, text: options.text }, ...after]);
  const extensions: Extension = [
    keepLanguage(language, name),
    // The keys of what is open, such as a list of completions, come before those of the text.
    completions(language, name),
    meanings(language, name, options),
    layout(language, name),
    basics(options),
    theme,
    colours(language, name),
    problemMarks(language, name, options),
  ];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: options.text, extensions }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setReadOnly(readOnly) {
      view.dispatch({ effects: readOnlySetting(readOnly) });
    },
    reveal({ line, column }) {
      const { doc } = view.state;
      const { from, to } = doc.line(Math.min(Math.max(1, line), doc.lines));
      const at = Math.min(from + Math.max(0, column - 1), to);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy() {
      view.destroy();
      host.remove();
    },
  };
}

/** Tells the engine of every change before anything that draws asks it. */
function keepLanguage(language: RuleLanguage, name: string): Extension {
  const plugin = ViewPlugin.define(() => ({
    update({ docChanged, state }) {
      if (docChanged) language.setText(name, state.doc.toString());
    },
  }));
  return Prec.highest(plugin);
}
