import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { compileProbe } from './build-probe.mjs';

const SOURCE = resolve(import.meta.dirname, '../bpf/lanner.bpf.c');
/** `e_machine` of an ELF file for BPF. */
const EM_BPF = 247;

for (const architecture of ['x64', 'arm64']) {
  test(`the probe compiles for ${architecture}`, {
    skip: spawnSync('clang', ['--version']).error ? 'clang is missing' : false,
  }, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-build-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const object = join(folder, 'probe.o');
    compileProbe(SOURCE, object, architecture);
    assert.equal(readFileSync(object).readUInt16LE(18), EM_BPF);
  });
}
