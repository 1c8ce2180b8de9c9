/**
 * How long loading rules takes: the published rules, and generated ones in growing number. From the root of
 * the checkout, with nothing else running:
 *
 *     node_modules/.bin/node bench/rules.ts [NUMBER…]
 *
 * Each line gives three times, each for loading everything once and for making a matcher of it: the first, with
 * code that has never run, is the one that a start of Lanner takes. Targets: 300 ms for the published rules, 6 s for
 * 10,000 generated ones. The published rules are left out where ../shared is absent.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ruleEnvironment } from '../src/engine/rule-environment.ts';
import { FIELD_CATALOG } from '../src/fields/catalog.ts';
import { compileMatcher } from '../src/matcher/compile.ts';
import { Random } from '../src/rules/generate.test-kit.ts';
import { loadRules, type RuleFile } from '../src/rules/load.ts';
import { SourceFile } from '../src/rules/source/source-file.ts';
import { readYaml } from '../src/rules/source/yaml.ts';

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
  const times = runs.map(({ time, matcher }) => `${time.toFixed(0)} + ${matcher.toFixed(0)}`).join(', ');
  const verdict = first?.ok ? 'no errors' : 'errors';
  console.log(
    `${name}: ${first?.rules} rules, ${verdict}, loaded + made into a matcher in ${times} ms; YAML alone, warm, ${yaml} ms`,
  );
}

if (import.meta.main) {
  const folder = new URL('../../shared/upstream-rules/', import.meta.url);
  if (existsSync(folder)) {
    const names = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
    const present = names.filter((name) => readdirSync(folder).includes(name));
    measure(
      'published rules',
      present.map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })),
    );
  } else {
    console.log('published rules: ../shared is absent, left out');
  }
  const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 1000, 10_000];
  for (const count of counts)
    measure(`${count} generated`, [{ name: 'generated.yaml', text: generateRules(count) }]);
}
