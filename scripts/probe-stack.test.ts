/**
 * Kernels take 512 bytes of stack for a chain of calls in a probe, 32 bytes at least for each (check_max_stack_depth in
 * kernel/bpf/verifier.c). New ones count more generously, so that only an old one would notice.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { buildProbe } from './build-probe.mjs';

const LIMIT = 512;

interface Code {
  stack: number;
  readonly calls: Set<string>;
}

/** Functions of the object file, with the stack that they use and the functions that they call. */
function functionsOf(disassembly: string): Map<string, Code> {
  const functions = new Map<string, Code>();
  let current: Code | undefined;
  for (const line of disassembly.split('\n')) {
    const [, name] = /^[0-9a-f]+ <(.+)>:/.exec(line) ?? [];
    if (name !== undefined && !name.startsWith('LBB')) {
      current = { stack: 0, calls: new Set() };
      functions.set(name, current);
    }
    for (const [, offset] of line.matchAll(/r10 - (\w+)/g))
      if (current) current.stack = Math.max(current.stack, Number(offset));
    const [, callee] = /R_BPF_64_32\s+(\S+)/.exec(line) ?? [];
    if (callee !== undefined) current?.calls.add(callee);
  }
  return functions;
}

function deepest(functions: ReadonlyMap<string, Code>, name: string): { stack: number; chain: string[] } {
  const code = functions.get(name);
  if (!code) return { stack: 0, chain: [] };
  let below: { stack: number; chain: string[] } = { stack: 0, chain: [] };
  for (const callee of code.calls) {
    const found = deepest(functions, callee);
    if (found.stack > below.stack) below = found;
  }
  const own = Math.max(32, Math.ceil(code.stack / 32) * 32);
  return { stack: own + below.stack, chain: [`${name} ${own}`, ...below.chain] };
}

test('no chain of calls of the probe takes more stack than kernels allow', (context) => {
  const result = spawnSync('llvm-objdump', ['-d', '-r', '--no-show-raw-insn', buildProbe()], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error) return context.skip('there is no llvm-objdump (Debian: llvm)');
  const functions = functionsOf(result.stdout);
  const programs = [...functions.keys()].filter((name) => name.startsWith('lanner_'));
  assert.ok(programs.includes('lanner_call_end'), programs.join(' '));
  let most = 0;
  for (const program of programs) {
    const { stack, chain } = deepest(functions, program);
    assert.ok(stack <= LIMIT, `${stack} bytes: ${chain.join(', ')}`);
    most = Math.max(most, stack);
  }
  assert.ok(most > 0);
  context.diagnostic(`${most} bytes of ${LIMIT}`);
});
