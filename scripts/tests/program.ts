/** Runs a checking program, such as the compiler: one result, failed when the program says so. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { firstLine, type Result } from './result.ts';

/** Runs a JavaScript or TypeScript program with this Node. */
export function runProgram(name: string, command: readonly string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      const failed = code !== 0;
      resolve({
        outcome: failed ? 'failed' : 'passed',
        place: 'check',
        name,
        reason: failed ? firstLine(output) || `exit code ${code}` : '',
        detail: output.trimEnd(),
      });
    });
  });
}
