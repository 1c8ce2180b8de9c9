/** What words mean: by the mouse, or by F1 at the cursor; and going to definitions by F12 or Ctrl and a click. */
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { type Command, EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from '@codemirror/view';
import type { RuleLanguage } from '../../src/language/language.ts';
import { documentationBox } from './documentation-box.ts';
import type { EditorOptions } from './mount-editor.ts';

export function meanings(
  language: RuleLanguage,
  name: string,
  { onOpen }: Pick<EditorOptions, 'onOpen'>,
): Extension {
  const tooltipAt = (offset: number): Tooltip | null => {
    const found = language.hover(name, offset);
    if (found === undefined) return null;
    return {
      pos: found.start,
      end: found.end,
      above: true,
      create: () => ({ dom: documentationBox(found.text) }),
    };
  };
  const show: Command = (view) => {
    view.dispatch({ effects: shown.of(tooltipAt(view.state.selection.main.head)) });
    return true;
  };
  const hide: Command = (view) => {
    if (view.state.field(shownTooltip) === null) return false;
    view.dispatch({ effects: shown.of(null) });
    return true;
  };
  const goFrom = (view: EditorView, offset: number): boolean => {
    const [definition] = language.definitions(name, offset);
    if (definition === undefined) return false;
    const { file, start, end } = definition;
    if (file === name) {
      view.dispatch({
        selection: { anchor: start, head: end },
        effects: EditorView.scrollIntoView(start, { y: 'center' }),
      });
    } else {
      const before = language.workspace.textOf(file).slice(0, start).split('\n');
      onOpen?.({ file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
    }
    return true;
  };
  return [
    hoverTooltip((_view, offset) => tooltipAt(offset)),
    shownTooltip,
    keymap.of([
      { key: 'F1', run: show, preventDefault: true },
      { key: 'Escape', run: hide },
      { key: 'F12', run: (view) => goFrom(view, view.state.selection.main.head), preventDefault: true },
    ]),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        if (event.button !== 0 || !(event.ctrlKey || event.metaKey)) return false;
        const offset = view.posAtCoords({ x: event.clientX, y: event.clientY });
        return offset !== null && goFrom(view, offset);
      },
    }),
  ];
}

const shown = StateEffect.define<Tooltip | null>();

/** What F1 has shown, until the text or the cursor changes. */
const shownTooltip = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(shown)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});
