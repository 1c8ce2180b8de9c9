/**
 * The language engine: what an editor of rule files asks for, answered from texts and the vocabulary of the engine
 * alone. Pure: the language server and the editor in the console run the same. Places are offsets in the text
 * of a file, in UTF-16 units from 0. Nothing here throws for bad input.
 */
import type { RuleEnvironment } from '../rules/environment.ts';
import type { LoadOptions, RuleFile } from '../rules/load.ts';
import type { TextEdit } from '../rules/problem.ts';
import { type Completion, complete } from './completion.ts';
import { type Diagnostic, diagnosticOf } from './diagnostics.ts';
import { format } from './format/format.ts';
import { type Hover, hover } from './hover.ts';
import { definitionsOf, type Renaming, referencesOf, rename, symbolAt } from './names.ts';
import { foldings, type OutlineItem, outline } from './outline.ts';
import { repairsOf } from './repairs.ts';
import { type SemanticToken, semanticTokens } from './semantic-tokens.ts';
import { type Place, Workspace } from './workspace.ts';

export class RuleLanguage {
  readonly workspace: Workspace;

  /** `options` are what the configuration says of rules. */
  constructor(environment: RuleEnvironment, options: LoadOptions = {}) {
    this.workspace = new Workspace(environment, options);
  }

  /** All rule files, in the order in which they are loaded. */
  setFiles(files: readonly RuleFile[]): void {
    this.workspace.setFiles(files);
  }

  /** The new text of a file; one that was not there comes last. */
  setText(file: string, text: string): void {
    this.workspace.setText(file, text);
  }

  /** What is wrong in a file: exactly what `lanner check` tells of all files together. */
  diagnostics(file: string): Diagnostic[] {
    const text = this.workspace.textOf(file);
    return this.workspace.problems
      .filter(({ location }) => location.file === file)
      .map((problem) => diagnosticOf(problem, text, repairsOf(problem, this.workspace)));
  }

  /** Words and what they are, those of the items that overlap `[start, end)`. */
  tokens(file: string, start = 0, end = Number.POSITIVE_INFINITY): SemanticToken[] {
    const items = this.workspace
      .itemsOf(file)
      .filter((item) => item.start < end && item.start + item.text.length > start);
    return semanticTokens(this.workspace, items);
  }

  /** What could be written at a place. */
  complete(file: string, offset: number): Completion | undefined {
    return complete(this.workspace, file, offset);
  }

  /** What the word at a place means. */
  hover(file: string, offset: number): Hover | undefined {
    return hover(this.workspace, file, offset);
  }

  /** Where the macro, list or rule at a place is defined; of several definitions the one that counts comes first. */
  definitions(file: string, offset: number): Place[] {
    const symbol = symbolAt(this.workspace, file, offset);
    return symbol === undefined ? [] : definitionsOf(this.workspace, symbol).map(placeOf);
  }

  /** Everywhere that the macro, list or rule at a place is named; its definitions among it, if wanted. */
  references(file: string, offset: number, withDefinitions = true): Place[] {
    const symbol = symbolAt(this.workspace, file, offset);
    if (symbol === undefined) return [];
    return referencesOf(this.workspace, symbol)
      .filter(({ use }) => withDefinitions || use.role !== 'definition')
      .map(placeOf);
  }

  /** The name at a place that can be changed. */
  renamable(file: string, offset: number): (Place & { readonly name: string }) | undefined {
    const symbol = symbolAt(this.workspace, file, offset);
    return symbol && { ...symbol.place, name: symbol.name };
  }

  /** Gives the macro, list or rule at a place another name in all files. */
  rename(file: string, offset: number, name: string): Renaming {
    const symbol = symbolAt(this.workspace, file, offset);
    if (symbol === undefined) return { refused: 'there is no macro, list or rule here' };
    return rename(this.workspace, symbol, name);
  }

  /** The items of a file. */
  outline(file: string): OutlineItem[] {
    return outline(this.workspace, file);
  }

  /** What can be folded: `[start, end)`. */
  foldings(file: string): { start: number; end: number }[] {
    return foldings(this.workspace, file);
  }

  /** The edits that lay out a file without changing what it means. */
  format(file: string): TextEdit[] {
    return format(this.workspace, file);
  }
}

function placeOf({ file, start, end }: Place): Place {
  return { file, start, end };
}
