/** Finds test files, their rules and all else that their outcome hangs on, and runs them. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import {
  loadTestedRules,
  runTestFile,
  type TestedRules,
  type TestResult,
  type TestTools,
} from '../authoring/run-tests.ts';
import { readTestFile, type TestFile } from '../authoring/test-file.ts';
import type { Config } from '../config/schema.ts';
import { ruleFilePaths } from '../engine/rule-files.ts';
import { fail } from './fail.ts';
import { failOnErrors } from './problems.ts';

/** A test file that has been read. */
export interface PreparedTests {
  readonly path: string;
  readonly file: TestFile;
  /** Where its rules are: files and directories. */
  readonly locations: readonly string[];
  /** Files of rules. */
  readonly rulePaths: readonly string[];
}

/** The test files at a path: itself, or those below it. */
export function testFilesAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = globSync('**/*.test.{yaml,yml}', { cwd: path }).sort();
  if (names.length === 0) fail(`there are no tests (*.test.yaml) below ${path}`);
  return names.map((name) => join(path, name));
}

/** Reads a test file. `given` are rules to test instead of its own. */
export function prepareTests(path: string, given: readonly string[], config: Config): PreparedTests {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    fail(`cannot read the tests in ${path}: ${(error as Error).message}`);
  }
  const short = relative(process.cwd(), path);
  const file = readTestFile(short.startsWith('..') ? path : short, path, text);
  const locations = given.length > 0 ? given : rulesOf(file, path);
  return { path, file, locations, rulePaths: ruleFilePaths(locations, config, () => {}) };
}

/** The rules that a file names; otherwise those of the same name beside it: `a.yaml` of `a.test.yaml`. */
function rulesOf({ name, ruleFiles }: TestFile, path: string): readonly string[] {
  if (ruleFiles.length > 0) return ruleFiles;
  const beside = path.replace(/\.test(\.ya?ml)$/, '$1');
  if (beside !== path && existsSync(beside)) return [beside];
  fail(`${name} names no rules: say "rule_files: [rules.yaml]" in it, or -r FILE`);
}

/** Runs test files; rules that several of them share are loaded once. */
export class TestRuns {
  readonly #config: Config;
  readonly #tools: TestTools;
  readonly #loaded = new Map<string, TestedRules>();

  constructor(config: Config, tools: TestTools) {
    this.#config = config;
    this.#tools = tools;
  }

  /** Throws a Failure when the rules have errors, after showing these. */
  async run({ file, rulePaths }: PreparedTests): Promise<TestResult[]> {
    const key = JSON.stringify(rulePaths);
    const rules = this.#loaded.get(key) ?? loadTestedRules(rulePaths, this.#config);
    this.#loaded.set(key, rules);
    failOnErrors(rules.outcome);
    return runTestFile(file, rules, this.#tools);
  }
}
