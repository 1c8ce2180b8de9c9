/** A folder of rule files, as it is on disk with what is open in the editor over it. */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { RuleLanguage } from '../language/language.ts';
import {
  type FolderSettings,
  folderRules,
  holdsRules,
  isRuleFileName,
  readText,
  shownName,
} from './rule-files.ts';

/** A file: the engine knows it by its name, the editor by its URI. */
interface ProjectFile {
  readonly uri: string;
  readonly text: string;
}

export class Project {
  readonly folder: string;
  #settings: FolderSettings;
  #language!: RuleLanguage;
  /** By name, in the order in which they are loaded. */
  #files = new Map<string, ProjectFile>();
  /** Open documents by path. */
  readonly #open = new Map<string, TextDocument>();
  #documents = new Map<string, TextDocument>();
  warnings: readonly string[] = [];

  constructor(folder: string, settings: FolderSettings) {
    this.folder = folder;
    this.#settings = settings;
    this.load();
  }

  get language(): RuleLanguage {
    return this.#language;
  }

  configure(settings: FolderSettings): void {
    this.#settings = settings;
    this.load();
  }

  /** Looks anew which files there are. */
  load(): void {
    const { paths, environment, options, warnings } = folderRules(this.folder, this.#settings);
    this.warnings = warnings;
    this.#language = new RuleLanguage(environment, options);
    this.#files = new Map();
    for (const path of paths) {
      const document = this.#open.get(path);
      const text = document?.getText() ?? readText(path);
      const uri = document?.uri ?? pathToFileURL(path).href;
      if (text !== undefined) this.#files.set(this.nameOf(path), { uri, text });
    }
    for (const [path, document] of this.#open) this.#take(path, document);
    this.#setFiles();
  }

  /** An open document, or its new text. */
  show(path: string, document: TextDocument): void {
    this.#open.set(path, document);
    const name = this.nameOf(path);
    const known = this.#files.has(name);
    this.#take(path, document);
    if (known) this.#language.setText(name, document.getText());
    else this.#setFiles();
    this.#documents.set(name, document);
  }

  /** The document is no longer open: what is on disk counts again. */
  close(path: string): void {
    this.#open.delete(path);
    this.load();
  }

  /** A document outside the rule files that holds rules comes behind them. */
  #take(path: string, document: TextDocument): void {
    const name = this.nameOf(path);
    const text = document.getText();
    const isRules =
      this.#files.has(name) ||
      document.languageId !== 'yaml' ||
      (isRuleFileName(basename(path)) && holdsRules(text));
    if (isRules) this.#files.set(name, { uri: document.uri, text });
  }

  #setFiles(): void {
    this.#documents = new Map();
    this.#language.setFiles([...this.#files].map(([name, { text }]) => ({ name, text })));
  }

  /** Whether the file is one of the rule files. */
  has(name: string): boolean {
    return this.#files.has(name);
  }

  get names(): Iterable<string> {
    return this.#files.keys();
  }

  nameOf(path: string): string {
    return shownName(path, this.folder);
  }

  uriOf(name: string): string {
    return this.#files.get(name)?.uri ?? '';
  }

  /** The file with its lines, for places. */
  documentOf(name: string): TextDocument {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const document = TextDocument.create(this.uriOf(name), 'yaml', 0, this.#language.workspace.textOf(name));
    this.#documents.set(name, document);
    return document;
  }
}
