/** What any editor has: history, brackets, search, keys. Tab leaves the editor, as people without a mouse need it. */
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension, type StateEffect } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { EditorOptions } from './mount-editor.ts';

const readOnlyPart = new Compartment();

/** Makes the text readable only, or lets it be changed. */
export function readOnlySetting(readOnly: boolean): StateEffect<unknown> {
  return readOnlyPart.reconfigure(readOnlyExtension(readOnly));
}

function readOnlyExtension(readOnly: boolean): Extension {
  // It can still be focused, read and searched by the keyboard.
  return EditorState.readOnly.of(readOnly);
}

export function basics({
  readOnly = false,
  label = 'Rules',
  onChange,
  onSave,
}: Pick<EditorOptions, 'readOnly' | 'label' | 'onChange' | 'onSave'>): Extension {
  const save = (view: EditorView): boolean => {
    onSave?.(view.state.doc.toString());
    return onSave !== undefined;
  };
  return [
    lineNumbers(),
    foldGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    drawSelection(),
    history(),
    yaml(),
    indentUnit.of('  '),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    readOnlyPart.of(readOnlyExtension(readOnly)),
    // It scrolls, and is reached by the keyboard also where nothing can be typed.
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
    keymap.of([
      { key: 'Mod-s', run: save, preventDefault: true },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
    ]),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) onChange?.(state.doc.toString());
    }),
  ];
}
