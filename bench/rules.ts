/**
 * How long loading rules takes: the published rules, and generated ones in growing number. From the root of
 * the checkout, with nothing else running:
 *
 *     node_modules/.bin/node bench/rules.ts [NUMBER…]
 *
 * Prints a Markdown table: what loading everything once and making a matcher of it takes, the first time, with code
 * that has never run, as a start of Lanner does, and the third time. The published rules are left out where ../shared is
 * absent.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ruleEnvironment } from '../src/engine/rule-environment.ts';
import { FIELD_CATALOG } from '../src/fields/catalog.ts';
import { compileMatcher } from '../src/matcher/compile.ts';
import { Random } from '../src/rules/generate.test-kit.ts';
import { loadRules, type RuleFile } from '../src/rules/load.ts';
import { SourceFile } from '../src/rules/source/source-file.ts';
import { readYaml } from '../src/rules/source/yaml.ts';

const AIMS: Readonly<Record<string, string>> = { published: '≤ 300 ms', '10000 generated': '≤ 6 s' };

/** A file of `count` rules as people write them: macros, lists, paths, names, negations. */
export function generateRules(count: number): string {
  const random = new Random(count);
  const word = (): string =>
    random.times(4 + random.below(8), () => random.pick([...'abcdefghijklmnoprstuw'])).join('');
  const items: string[] = [];
  const lists = Math.ceil(count / 20);
  for (let list = 0; list < lists; list++) {
    items.push(`- list: list_${list}\n  items: [${random.times(10, word).join(', ')}]\n`);
    items.push(
      `- macro: macro_${list}\n  condition: (proc.name in (list_${list}) and not fd.name startswith /var/${word()})\n`,
    );
  }
  const event = (): string =>
    random.pick(['open, openat, openat2', 'execve, execveat', 'connect', 'unlink, unlinkat']);
  for (let rule = 0; rule < count; rule++) {
    items.push(`- rule: Rule ${rule}
  desc: Generated
  condition: >
    evt.type in (${event()}) and container.id != host
    and (fd.name startswith /${word()}/${word()} or proc.cmdline contains "${word()} ${word()}"
         or fd.directory in (/etc, /${word()}))
    and not macro_${random.below(lists)} and not proc.pname in (list_${random.below(lists)}, ${word()})
  output: Something happened | file=%fd.name process=%proc.name parent=%proc.pname command=%proc.cmdline user=%user.name
  priority: WARNING
  tags: [generated, ${word()}]
`);
  }
  return items.join('\n');
}

function measure(name: string, files: readonly RuleFile[]): void {
  const environment = ruleEnvironment();
  // The first time is the one that counts: rules are loaded once, by code that is not yet warm.
  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    const { ruleSet, ok } = loadRules(files, environment);
    const loaded = performance.now();
    for (const source of environment.sources) {
      compileMatcher(ruleSet, FIELD_CATALOG, { matching: 'first', source });
    }
    const matcher = performance.now() - loaded;
    return { time: loaded - start, matcher, rules: ruleSet.rules.length, ok };
  });
  const start = performance.now();
  for (const file of files) readYaml(new SourceFile(file.name, 'text' in file ? file.text : ''));
  const yaml = (performance.now() - start).toFixed(0);
  const [first] = runs;
  if (!first?.ok) throw new Error(`${name}: the rules have errors`);
  const times = [first, runs[2]].map((run) => `${run?.time.toFixed(0)} + ${run?.matcher.toFixed(0)} ms`);
  console.log(`| ${name}, ${first.rules} rules | ${times.join(' | ')} | ${yaml} ms | ${AIMS[name] ?? ''} |`);
}

if (import.meta.main) {
  console.log(
    '| rules | load + compile, first | warm | of that YAML, warm | aim of the first |\n|---|---|---|---|---|',
  );
  const folder = new URL('../../shared/upstream-rules/', import.meta.url);
  if (existsSync(folder)) {
    const names = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
    const present = names.filter((name) => readdirSync(folder).includes(name));
    measure(
      'published',
      present.map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })),
    );
  } else {
    console.error('published rules: ../shared is absent, left out');
  }
  const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 1000, 10_000];
  for (const count of counts)
    measure(`${count} generated`, [{ name: 'generated.yaml', text: generateRules(count) }]);
}
