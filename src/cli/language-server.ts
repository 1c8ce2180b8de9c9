/** `lanner language-server`: completion, problems, hover and more for editors, over standard input and output. */
import process from 'node:process';
import type { Command } from 'commander';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { LanguageServer } from '../language-server/server.ts';

export function addLanguageServerCommand(program: Command): void {
  program
    .command('language-server')
    .summary('help editors with rule files')
    .description(
      'Speaks the Language Server Protocol on standard input and output: completion, problems as "lanner check"\n' +
        'finds them, hover, definitions, references, renaming, formatting. Started by editors: docs/editors.md\n' +
        'says how. Ends with the editor.',
    )
    .option('--stdio', 'speak on standard input and output, as it does anyway')
    .action(() => {
      const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
      new LanguageServer(connection);
      connection.listen();
    });
}
