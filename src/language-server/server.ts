/** The language server: the language engine over the Language Server Protocol. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CodeAction,
  CodeActionKind,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { TOKEN_TYPES } from '../language/semantic-tokens.ts';
import { Project } from './project.ts';
import {
  changesOf,
  completionsOf,
  diagnosticOf,
  editOf,
  locationOf,
  rangeOf,
  symbolOf,
  tokenData,
} from './protocol.ts';
import { type FolderSettings, isConfiguration } from './rule-files.ts';

/** Milliseconds without typing after which problems are told. */
const PAUSE = 120;

/** Where a document belongs, and what it is called there. */
interface Target {
  readonly project: Project;
  readonly name: string;
  readonly document: TextDocument;
}

interface DocumentParams {
  readonly textDocument: { readonly uri: string };
}

interface PositionParams extends DocumentParams {
  readonly position: { readonly line: number; readonly character: number };
}

export class LanguageServer {
  readonly #connection: Connection;
  readonly #documents = new Map<string, TextDocument>();
  readonly #projects = new Map<string, Project>();
  readonly #folders: string[] = [];
  #settings: FolderSettings = {};
  #timer: NodeJS.Timeout | undefined;
  /** What was told of each file, so that only news are told. */
  readonly #told = new Map<string, string>();
  #watches = false;
  #asksConfiguration = false;

  /** Serves a connection once it listens. */
  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => void this.#initialized());
    connection.onDidChangeConfiguration(({ settings }) => this.#configure(settings?.lanner));
    connection.onDidChangeWatchedFiles(({ changes }) => {
      // What is saved in the editor is known already.
      const isKnown = changes.every(
        ({ uri, type }) => type === FileChangeType.Changed && this.#documents.has(uri),
      );
      if (!isKnown || changes.some(({ uri }) => isConfiguration(uri))) this.#reload();
    });
    this.#followDocuments();
    this.#answer();
  }

  #initialize({
    workspaceFolders,
    rootUri,
    initializationOptions,
    capabilities,
  }: InitializeParams): InitializeResult {
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri == null ? [] : [rootUri]);
    this.#folders.push(...folders.flatMap((uri) => pathOf(uri) ?? []));
    // The deepest folder that a file is in counts.
    this.#folders.sort((a, b) => b.length - a.length);
    this.#settings = settingsOf(initializationOptions);
    this.#watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.#asksConfiguration = capabilities.workspace?.didChangeConfiguration?.dynamicRegistration === true;
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        completionProvider: { triggerCharacters: ['.', '%', '[', '(', ' ', ',', '=', '-'] },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        workspaceSymbolProvider: true,
        foldingRangeProvider: true,
        documentFormattingProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
        semanticTokensProvider: { legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [] }, full: true },
      },
      serverInfo: { name: 'lanner' },
    };
  }

  async #initialized(): Promise<void> {
    const { client } = this.#connection;
    if (this.#watches) {
      const watchers = [{ globPattern: '**/*.{yaml,yml}' }];
      await client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (this.#asksConfiguration) {
      await client.register(DidChangeConfigurationNotification.type, { section: 'lanner' });
    }
  }

  #configure(settings: unknown): void {
    if (settings === undefined) return;
    this.#settings = settingsOf(settings);
    for (const project of this.#projects.values()) project.configure(this.#settings);
    this.#checkSoon();
  }

  #reload(): void {
    for (const project of this.#projects.values()) project.load();
    this.#checkSoon();
  }

  #followDocuments(): void {
    const connection = this.#connection;
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      this.#show(TextDocument.create(uri, languageId, version, text));
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const document = this.#documents.get(uri);
      if (document !== undefined) this.#show(TextDocument.update(document, contentChanges, version));
    });
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      const path = pathOf(uri);
      this.#documents.delete(uri);
      if (path !== undefined) this.#projectOf(path).close(path);
      this.#checkSoon();
    });
    connection.onDidSaveTextDocument(() => {
      if (!this.#watches) this.#reload();
    });
  }

  #show(document: TextDocument): void {
    this.#documents.set(document.uri, document);
    const path = pathOf(document.uri) ?? document.uri;
    this.#projectOf(path).show(path, document);
    this.#checkSoon();
  }

  #projectOf(path: string): Project {
    const folder = this.#folders.find((known) => path.startsWith(`${known}/`)) ?? dirname(path);
    const known = this.#projects.get(folder);
    if (known !== undefined) return known;
    // A file outside all folders stands alone.
    const alone = this.#folders.includes(folder) ? this.#settings : { ruleFiles: [path] };
    const project = new Project(folder, alone);
    for (const warning of project.warnings) this.#connection.console.warn(warning);
    this.#projects.set(folder, project);
    return project;
  }

  #target({ textDocument: { uri } }: DocumentParams): Target | undefined {
    const path = pathOf(uri) ?? uri;
    const document = this.#documents.get(uri);
    if (document === undefined) return undefined;
    const project = this.#projectOf(path);
    const name = project.nameOf(path);
    return project.has(name) ? { project, name, document } : undefined;
  }

  #answer(): void {
    const connection = this.#connection;
    connection.onCompletion((params) =>
      this.#at(params, ({ project, name, document }, offset) => {
        const found = project.language.complete(name, offset);
        return found === undefined ? [] : completionsOf(document, found);
      }),
    );
    connection.onHover((params) =>
      this.#at(params, ({ project, name, document }, offset) => {
        const found = project.language.hover(name, offset);
        if (found === undefined) return null;
        return {
          range: rangeOf(document, found),
          contents: { kind: 'markdown' as const, value: found.text },
        };
      }),
    );
    connection.onDefinition((params) =>
      this.#at(params, ({ project, name }, offset) =>
        project.language.definitions(name, offset).map((place) => locationOf(project, place)),
      ),
    );
    connection.onReferences((params) =>
      this.#at(params, ({ project, name }, offset) =>
        project.language
          .references(name, offset, params.context.includeDeclaration)
          .map((place) => locationOf(project, place)),
      ),
    );
    connection.onPrepareRename((params) =>
      this.#at(params, ({ project, name, document }, offset) => {
        const found = project.language.renamable(name, offset);
        return found === undefined ? null : { range: rangeOf(document, found), placeholder: found.name };
      }),
    );
    connection.onRenameRequest((params) =>
      this.#at(params, ({ project, name }, offset) => {
        const result = project.language.rename(name, offset, params.newName);
        if ('refused' in result) throw new ResponseError(ErrorCodes.InvalidRequest, result.refused);
        return { changes: changesOf(project, result.edits) };
      }),
    );
    this.#answerOfFiles();
  }

  #answerOfFiles(): void {
    const connection = this.#connection;
    connection.onDocumentSymbol((params) => {
      const target = this.#target(params);
      if (target === undefined) return [];
      const { project, name, document } = target;
      return project.language.outline(name).map((item) => symbolOf(document, item));
    });
    connection.onWorkspaceSymbol(({ query }) => this.#symbols(query));
    connection.onFoldingRanges((params) => {
      const target = this.#target(params);
      if (target === undefined) return [];
      const { project, name, document } = target;
      return project.language.foldings(name).map((extent) => {
        const { start, end } = rangeOf(document, extent);
        return { startLine: start.line, endLine: end.line };
      });
    });
    connection.onDocumentFormatting((params) => {
      const target = this.#target(params);
      if (target === undefined) return [];
      const { project, name, document } = target;
      return project.language.format(name).map((edit) => editOf(document, edit));
    });
    connection.languages.semanticTokens.on((params) => {
      const target = this.#target(params);
      if (target === undefined) return { data: [] };
      const { project, name, document } = target;
      return { data: tokenData(document, project.language.tokens(name)) };
    });
    connection.onCodeAction((params) => this.#repairs(params));
  }

  #at<T>(params: PositionParams, answer: (target: Target, offset: number) => T): T | null {
    const target = this.#target(params);
    return target === undefined ? null : answer(target, target.document.offsetAt(params.position));
  }

  #symbols(query: string) {
    const wanted = query.toLowerCase();
    return [...this.#projects.values()].flatMap((project) =>
      [...project.names].flatMap((file) => {
        const document = project.documentOf(file);
        return project.language
          .outline(file)
          .filter(({ name }) => name.toLowerCase().includes(wanted))
          .map((item) => {
            const { name, kind, selectionRange } = symbolOf(document, item);
            return { name, kind, location: { uri: project.uriOf(file), range: selectionRange } };
          });
      }),
    );
  }

  #repairs(params: DocumentParams & { readonly range: { start: Position; end: Position } }): CodeAction[] {
    const target = this.#target(params);
    if (target === undefined) return [];
    const { project, name, document } = target;
    const from = document.offsetAt(params.range.start);
    const to = document.offsetAt(params.range.end);
    return project.language
      .diagnostics(name)
      .filter(({ start, end }) => start <= to && end >= from)
      .flatMap((found) =>
        found.repairs.map(({ title, edits }) => ({
          title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnosticOf(document, found)],
          edit: { changes: changesOf(project, edits) },
        })),
      );
  }

  #checkSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), PAUSE);
  }

  /** Tells the problems of all files that have others than before. */
  #check(): void {
    const gone = new Set(this.#told.keys());
    for (const project of this.#projects.values()) {
      for (const name of project.names) {
        const document = project.documentOf(name);
        const uri = project.uriOf(name);
        gone.delete(uri);
        this.#tell(
          uri,
          project.language.diagnostics(name).map((found) => diagnosticOf(document, found)),
        );
      }
    }
    for (const uri of gone) this.#tell(uri, []);
  }

  #tell(uri: string, diagnostics: ReturnType<typeof diagnosticOf>[]): void {
    const version = this.#documents.get(uri)?.version;
    const said = JSON.stringify([diagnostics, version]);
    if (this.#told.get(uri) === said) return;
    this.#told.set(uri, said);
    void this.#connection.sendDiagnostics({
      uri,
      diagnostics,
      ...(version === undefined ? {} : { version }),
    });
  }
}

type Position = PositionParams['position'];

function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

function settingsOf(given: unknown): FolderSettings {
  const { ruleFiles, configuration } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  return {
    ...(Array.isArray(ruleFiles) ? { ruleFiles: ruleFiles.filter((path) => typeof path === 'string') } : {}),
    ...(typeof configuration === 'string' && configuration !== '' ? { configuration } : {}),
  };
}
