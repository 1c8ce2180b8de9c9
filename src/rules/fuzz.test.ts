/**
 * Files and conditions with random mistakes: each is answered with a result or with problems that have
 * a place, never with a crash. LANNER_FUZZ_CASES sets how many are tried (20,000, or 200,000 where CI=true),
 * LANNER_FUZZ_SEED which.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeRules } from './describe.ts';
import { falcoDetails, falcoResult, falcoSummary } from './falco-report.ts';
import { mutate, Random, randomCondition } from './generate.test-kit.ts';
import { lintRules } from './lint.ts';
import { type LoadOutcome, loadRules, type RuleFile } from './load.ts';
import { reportProblems } from './report.ts';
import { printCondition } from './syntax/print.ts';
import { ruleFile, testEnvironment } from './test-kit.ts';

const DEFAULT_CASES = process.env.CI === 'true' ? 200_000 : 20_000;
const CASES = Number(process.env.LANNER_FUZZ_CASES ?? DEFAULT_CASES);
const SEED = Number(process.env.LANNER_FUZZ_SEED ?? 1);
/** How many of the cases are whole files; the others are single conditions. */
const FILE_SHARE = 0.1;

const SAMPLE = `- required_engine_version: 0.57.0
- required_plugin_versions: [{name: container, version: 0.4.0, alternatives: [{name: x, version: 1.0.0}]}]
- list: shells
  items: [bash, "z sh", 'k''sh', 5]
- list: shells
  items: [sh]
  override: {items: append}
- macro: container
  condition: (container.id != host)
- macro: opened
  condition: >
    evt.type in (open, openat) and
      evt.failed=false and (fd.name startswith /etc/ or fd.name pmatch (/usr, /bin))
- rule: Shell in container
  desc: &desc A shell was opened
  condition: |
    opened and container and proc.name in (shells)
    and not (proc.aname[2] exists or tolower(proc.pname) = "x\\x20y")
  output: "Shell (user=%user.name %20proc.name %tolower(proc.name) %evt.arg[name])"
  priority: WARNING
  tags: [a, b]
  exceptions:
    - name: known
      fields: [proc.name, fd.name]
      comps: [=, startswith oneof]
      values:
        - [cat, [/tmp, /var]]
    - {name: names, fields: proc.pname, values: [a, b c]}
- rule: Shell in container
  condition: and proc.pid > 1
  exceptions: [{name: known, values: [[dog, (/x)]]}]
  override: {condition: append, exceptions: append}
- rule: Audit
  desc: *desc
  condition: ka.verb in (get, <NA>) and ka.sourceips intersects (::1, 10.0.0.1)
  output: v=%ka.verb
  priority: info
  source: k8s_audit
  enabled: false
`;

const CHECKS = [
  'evt.type = open',
  'evt.type in (open, close)',
  'syscall.type != connect',
  'proc.name in (bash, "z sh")',
  'proc.pid >= 5',
  'proc.aname[2] exists',
  'fd.name pmatch (/etc, "/usr/*")',
  'fd.sport in (https, 8080)',
  'fd.sip = 10.0.0.1',
  'fd.snet in (10.0.0.0/8, "fe80::/10")',
  'evt.buffer bcontains 00ff',
  'proc.name regex "a+.*(b|c)"',
  'proc.name startswith oneof (a, b)',
  'tolower(proc.name) = val(proc.pname)',
  'len(proc.argv) > 2',
  'getopt(proc.argv, "e:c:")[c] = x',
  'join("/", (proc.name, "x y")) glob "a*"',
  'evt.rawarg.flags = 5',
  'evt.num = 0',
];

/** A condition that is right, as far as it goes. */
function soundCondition(random: Random, depth: number): string {
  if (depth === 0) return random.pick(CHECKS);
  const operands = random.times(2, () => soundCondition(random, depth - 1));
  return `${random.pick(['', 'not '])}(${operands.join(random.pick([' and ', ' or ', ' and not ']))})`;
}

/** A file with one rule, whose condition is random or sound. */
function randomRule(random: Random): string {
  const depth = random.below(4);
  if (random.chance(0.5)) return ruleFile(mutate(random, printCondition(randomCondition(random, depth))));
  const condition = soundCondition(random, depth);
  return ruleFile(random.chance(0.8) ? mutate(random, condition) : condition);
}

/** Pieces of the published rules, where they are at hand, beside the sample. */
function samples(): string[] {
  const folder = new URL('../../../shared/upstream-rules/', import.meta.url);
  if (!existsSync(folder)) return [SAMPLE];
  const texts = ['falco_rules', 'k8s_audit_rules'].map((name) =>
    readFileSync(new URL(`${name}.yaml`, folder), 'utf8'),
  );
  const items = texts.flatMap((text) => text.split(/\n(?=- )/)).filter((item) => item.length < 2000);
  const pieces = Array.from({ length: 50 }, (_, index) => items.slice(index * 5, index * 5 + 5).join('\n'));
  return [SAMPLE, ...pieces];
}

function answer(file: RuleFile): LoadOutcome {
  const outcome = loadRules([file], testEnvironment);
  const [result] = outcome.files;
  assert.ok(result);
  const { length } = result.source.text;
  for (const { location, message, code } of outcome.problems) {
    assert.equal(location.file, file.name);
    assert.ok(location.line >= 1 && location.column >= 1, `${code} ${message}`);
    assert.ok(location.offset >= 0 && location.offset <= length, `${code} ${message}`);
  }
  reportProblems([...outcome.problems, ...lintRules(outcome)], outcome.files);
  JSON.stringify([falcoResult(result), falcoSummary(result), falcoDetails(result)]);
  JSON.stringify(describeRules(outcome.compiled));
  return outcome;
}

test('mutated files and conditions are answered', (context) => {
  const random = new Random(SEED);
  const texts = samples();
  let loaded = 0;
  let slowest = 0;
  for (let run = 0; run < CASES; run++) {
    const text = random.chance(FILE_SHARE) ? mutate(random, random.pick(texts)) : randomRule(random);
    const bytes = new TextEncoder().encode(text);
    if (random.chance(0.02)) bytes[random.below(bytes.length)] = random.below(256);
    const start = performance.now();
    try {
      if (answer({ name: 'fuzz.yaml', bytes }).ok) loaded++;
    } catch (error) {
      context.diagnostic(`case ${run} of seed ${SEED}: ${JSON.stringify(text)}`);
      throw error;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  context.diagnostic(`${CASES} cases, ${loaded} without an error, slowest ${slowest.toFixed(0)} ms`);
  assert.ok(loaded > 0 && loaded < CASES, 'some load and some do not');
});
