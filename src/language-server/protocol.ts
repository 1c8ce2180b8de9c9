/** Answers of the language engine in the words of the Language Server Protocol. */
import {
  CompletionItemKind,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  InsertTextFormat,
  type Location,
  MarkupKind,
  type CompletionItem as ProtocolCompletion,
  type Diagnostic as ProtocolDiagnostic,
  type TextEdit as ProtocolEdit,
  type Range,
  SymbolKind,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Completion, CompletionKind } from '../language/completion.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import type { OutlineItem } from '../language/outline.ts';
import { type SemanticToken, TOKEN_TYPES } from '../language/semantic-tokens.ts';
import type { TextEdit } from '../rules/problem.ts';
import type { Project } from './project.ts';

interface Extent {
  readonly start: number;
  readonly end: number;
}

export function rangeOf(document: TextDocument, { start, end }: Extent): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

export function locationOf(project: Project, place: Extent & { readonly file: string }): Location {
  return { uri: project.uriOf(place.file), range: rangeOf(project.documentOf(place.file), place) };
}

export function editOf(document: TextDocument, edit: TextEdit): ProtocolEdit {
  return { range: rangeOf(document, edit), newText: edit.text };
}

/** Edits by the URI of their file. */
export function changesOf(project: Project, edits: readonly TextEdit[]): Record<string, ProtocolEdit[]> {
  const changes: Record<string, ProtocolEdit[]> = {};
  for (const edit of edits) {
    const uri = project.uriOf(edit.file);
    changes[uri] ??= [];
    changes[uri].push(editOf(project.documentOf(edit.file), edit));
  }
  return changes;
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

export function diagnosticOf(document: TextDocument, found: Diagnostic): ProtocolDiagnostic {
  const { severity, message, code } = found;
  const tags = code.startsWith('LOAD_UNUSED_')
    ? [DiagnosticTag.Unnecessary]
    : code === 'LOAD_DEPRECATED_ITEM'
      ? [DiagnosticTag.Deprecated]
      : undefined;
  return {
    range: rangeOf(document, found),
    severity: SEVERITIES[severity],
    message,
    code,
    source: 'lanner',
    ...(tags === undefined ? {} : { tags }),
  };
}

const COMPLETION_KINDS: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  macro: CompletionItemKind.Function,
  list: CompletionItemKind.Enum,
  rule: CompletionItemKind.Class,
  operator: CompletionItemKind.Operator,
  keyword: CompletionItemKind.Keyword,
  transformer: CompletionItemKind.Method,
  value: CompletionItemKind.Value,
  event: CompletionItemKind.Event,
  key: CompletionItemKind.Property,
  tag: CompletionItemKind.EnumMember,
  snippet: CompletionItemKind.Snippet,
};

export function completionsOf(
  document: TextDocument,
  { start, end, items }: Completion,
): ProtocolCompletion[] {
  const range = rangeOf(document, { start, end });
  return items.map((item, index) => {
    const { label, kind, detail, documentation, insert = label, isSnippet = false } = item;
    return {
      label,
      kind: COMPLETION_KINDS[kind],
      textEdit: { range, newText: insert },
      filterText: label,
      sortText: String(index).padStart(5, '0'),
      insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      ...(detail === undefined || detail === '' ? {} : { detail }),
      ...(documentation === undefined || documentation === ''
        ? {}
        : { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
    };
  });
}

const SYMBOL_KINDS: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  rule: SymbolKind.Class,
  macro: SymbolKind.Function,
  list: SymbolKind.Array,
  required_engine_version: SymbolKind.Property,
  required_plugin_versions: SymbolKind.Property,
};

export function symbolOf(document: TextDocument, item: OutlineItem): DocumentSymbol {
  return {
    name: item.name,
    kind: SYMBOL_KINDS[item.kind],
    range: rangeOf(document, item),
    selectionRange: rangeOf(document, { start: item.nameStart, end: item.nameEnd }),
    ...(item.isChange ? { detail: 'changes an earlier one' } : {}),
  };
}

/** Five numbers for each token, the first two relative to the token before; one on several lines is several. */
export function tokenData(document: TextDocument, tokens: readonly SemanticToken[]): number[] {
  const data: number[] = [];
  let line = 0;
  let character = 0;
  for (const { start, end, type } of tokens) {
    let from = start;
    for (const part of document.getText().slice(start, end).split('\n')) {
      const indent = from === start ? 0 : part.length - part.trimStart().length;
      const length = part.trimEnd().length - indent;
      if (length > 0) {
        const at = document.positionAt(from + indent);
        data.push(at.line - line, at.line === line ? at.character - character : at.character, length);
        data.push(TOKEN_TYPES.indexOf(type), 0);
        ({ line, character } = at);
      }
      from += part.length + 1;
    }
  }
  return data;
}
