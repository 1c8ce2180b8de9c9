/** Entry point of the command `lanner`. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { describeError, writeError } from './fail.ts';

// Saves a third of the time to start. In a folder of root's own, or beside the sources, not in /tmp: whoever can write
// there could otherwise have root run their code. Root's sources may lie where rules look at each file that is written.
enableCompileCache(
  process.getuid?.() === 0
    ? '/var/cache/lanner/compiled'
    : join(import.meta.dirname, '..', '..', 'build', 'compile-cache'),
);

try {
  const { runProgram } = await import('./program.ts');
  process.exitCode = await runProgram(process.argv.slice(2));
} catch (error) {
  // What comes after "--" belongs to the command that was to be run.
  const [own = ''] = process.argv.join('\n').split('\n--\n');
  writeError(describeError(error, /\n(?:-v|--verbose)(?:\n|$)/.test(own)));
  process.exitCode = 1;
}
