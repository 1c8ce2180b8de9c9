/** The extension: starts `lanner language-server` and offers commands that run lanner in a terminal. */
import {
  commands,
  type ExtensionContext,
  ProcessExecution,
  Task,
  TaskRevealKind,
  TaskScope,
  tasks,
  type Uri,
  window,
  workspace,
} from 'vscode';
import { LanguageClient } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand('lanner.check', () => runOnActive('check', (file) => ['check', file])),
    commands.registerCommand('lanner.format', () => commands.executeCommand('editor.action.formatDocument')),
    commands.registerCommand('lanner.test', runTests),
    commands.registerCommand('lanner.try', tryOnRecording),
    commands.registerCommand('lanner.restart', restart),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('lanner.command')) void restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

function command(): string {
  return workspace.getConfiguration('lanner').get('command', 'lanner');
}

async function start(): Promise<void> {
  const settings = workspace.getConfiguration('lanner');
  client = new LanguageClient(
    'lanner',
    'Lanner',
    { command: command(), args: ['language-server', '--stdio'] },
    {
      // YAML that holds no rules the server leaves alone.
      documentSelector: [{ language: 'falco-rules' }, { language: 'yaml' }],
      initializationOptions: {
        ruleFiles: settings.get('ruleFiles'),
        configuration: settings.get('configuration'),
      },
      synchronize: { configurationSection: 'lanner' },
    },
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    void window.showErrorMessage(
      `The language server of Lanner did not start (${(error as Error).message}): set lanner.command to the path of lanner.`,
    );
  }
}

async function restart(): Promise<void> {
  await client?.stop();
  await start();
}

/** Runs lanner on the file that is open, after saving it. */
async function runOnActive(name: string, args: (file: string) => string[]): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document === undefined || document.uri.scheme !== 'file') {
    void window.showInformationMessage('Open a rule file first.');
    return;
  }
  await document.save();
  await run(name, args(document.uri.fsPath), document.uri);
}

/** Tests lie beside the rules: mine.yaml has mine.test.yaml. */
async function runTests(): Promise<void> {
  await runOnActive('test', (file) => [
    'test',
    /\.test\.ya?ml$/.test(file) ? file : file.replace(/\.(ya?ml)$/, '.test.$1'),
  ]);
}

async function tryOnRecording(): Promise<void> {
  const recording = await window.showOpenDialog({
    title: 'A recording, a capture or an audit log',
    canSelectMany: false,
  });
  const path = recording?.[0]?.fsPath;
  if (path === undefined) return;
  await runOnActive('try', (file) => ['try', '--file', file, '--read', path]);
}

/** A task without a shell: what a file is called is never read as a command. */
async function run(name: string, args: string[], uri: Uri): Promise<void> {
  const folder = workspace.getWorkspaceFolder(uri);
  const options = folder === undefined ? {} : { cwd: folder.uri.fsPath };
  const task = new Task(
    { type: 'lanner', task: name },
    folder ?? TaskScope.Workspace,
    `lanner ${name}`,
    'Lanner',
    new ProcessExecution(command(), args, options),
  );
  task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true };
  await tasks.executeTask(task);
}
