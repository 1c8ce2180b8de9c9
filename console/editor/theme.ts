/**
 * How the editor looks. The page sets its colours by custom properties, for the light and the dark theme alike:
 * `--editor-background`, `--editor-text`, `--editor-quiet` (line numbers, comments), `--editor-line` (the current
 * line), `--editor-selection`, `--editor-border`, `--editor-accent`, and for words `--editor-rule`, `--editor-macro`,
 * `--editor-list`, `--editor-field`, `--editor-operator`, `--editor-keyword`, `--editor-value`, `--editor-key`,
 * `--editor-error`, `--editor-warning`. Where the page sets none, there are colours for both themes.
 */
import { EditorView } from '@codemirror/view';

/** A colour of the page, or else one for light and one for dark. */
function colour(name: string, light: string, dark: string): string {
  return `var(--editor-${name}, light-dark(${light}, ${dark}))`;
}

const BACKGROUND = colour('background', '#ffffff', '#16181d');
const TEXT = colour('text', '#1f2328', '#e3e6ea');
const QUIET = colour('quiet', '#5c6570', '#9aa4b0');
const LINE = colour('line', '#f1f4f8', '#1f232a');
const SELECTION = colour('selection', '#cfe3ff', '#2f4a6d');
const BORDER = colour('border', '#d0d7de', '#353b45');
const ACCENT = colour('accent', '#0b5cad', '#7ab7ff');

export const theme = EditorView.theme({
  '&': {
    color: TEXT,
    backgroundColor: BACKGROUND,
    height: '100%',
    fontSize: 'inherit',
  },
  '&.cm-focused': { outline: 'none' },
  // An outline would lie below the margin with the line numbers.
  '&.cm-focused::after': {
    content: '""',
    position: 'absolute',
    inset: '0',
    border: `2px solid ${ACCENT}`,
    pointerEvents: 'none',
    zIndex: '250',
  },
  '.cm-scroller': { fontFamily: 'var(--editor-font, ui-monospace, monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: TEXT },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: TEXT },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: SELECTION,
  },
  '.cm-gutters': { backgroundColor: BACKGROUND, color: QUIET, border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: LINE },
  '.cm-activeLine': { backgroundColor: `color-mix(in srgb, ${LINE} 60%, transparent)` },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: BACKGROUND,
    color: TEXT,
    border: `1px solid ${BORDER}`,
    maxWidth: 'min(60ch, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--editor-font, ui-monospace, monospace)',
    maxHeight: '16em',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: SELECTION, color: TEXT },
  '.cm-completionDetail': { color: QUIET },
  '.rule-documentation': { padding: '0.5em 0.75em', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  '.rule-documentation p': { margin: '0 0 0.5em' },
  '.rule-documentation code, .rule-documentation pre': {
    fontFamily: 'var(--editor-font, ui-monospace, monospace)',
    margin: '0 0 0.5em',
    whiteSpace: 'pre-wrap',
  },
  '.cm-diagnostic-error': { borderLeftColor: colour('error', '#b42318', '#ff8a80') },
  '.cm-diagnostic-warning': { borderLeftColor: colour('warning', '#8a5a00', '#f2c14e') },
  '.rule-key': { color: colour('key', '#5b3f9e', '#c3a6ff') },
  '.rule-comment': { color: QUIET, fontStyle: 'italic' },
  '.rule-class': { color: colour('rule', '#0b5cad', '#7ab7ff'), fontWeight: '600' },
  '.rule-function': { color: colour('macro', '#7a3e00', '#ffb86b') },
  '.rule-enumMember': { color: colour('list', '#0a6b52', '#5fd7b1') },
  '.rule-property, .rule-parameter': { color: colour('field', '#0b5cad', '#7ab7ff') },
  '.rule-method, .rule-operator': { color: colour('operator', '#9a2257', '#ff9cc2') },
  '.rule-keyword': { color: colour('keyword', '#9a2257', '#ff9cc2'), fontWeight: '600' },
  '.rule-string, .rule-number, .rule-type': { color: colour('value', '#22662b', '#9ad7a0') },
});
