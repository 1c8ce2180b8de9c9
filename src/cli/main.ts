/** Entry point of the command `lanner`. */
import process from 'node:process';
import { describeError, writeError } from './fail.ts';
import { runProgram } from './program.ts';

try {
  process.exitCode = await runProgram(process.argv.slice(2));
} catch (error) {
  // What comes after "--" belongs to the command that was to be run.
  const [own = ''] = process.argv.join('\n').split('\n--\n');
  const verbose = /\n(?:-v|--verbose)(?:\n|$)/.test(own);
  writeError(describeError(error, verbose));
  process.exitCode = 1;
}
