/**
 * The language engine: what an editor of rule files asks for, answered from texts and the vocabulary of the engine
 * alone. Pure: the language server and the editor in the console run the same. Places are offsets in the text
 * of a file, in UTF-16 units from 0. Nothing here throws for bad input.
 */
import type { RuleEnvironment } from '../rules/environment.ts';
import type { LoadOptions, RuleFile } from '../rules/load.ts';
import { type Diagnostic, diagnosticOf } from './diagnostics.ts';
import { repairsOf } from './repairs.ts';
import { type SemanticToken, semanticTokens } from './semantic-tokens.ts';
import { Workspace } from './workspace.ts';

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
}
