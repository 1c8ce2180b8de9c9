/**
 * Loads the rule language as a browser would: its modules and the browser builds of its packages, in a
 * context that has the language and TextEncoder and TextDecoder, and nothing of Node. Run by
 * browser.test.ts in a process of its own, with --experimental-vm-modules.
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import vm from 'node:vm';

const BROWSER_BUILDS: Readonly<Record<string, URL>> = {
  yaml: new URL('../../node_modules/yaml/browser/index.js', import.meta.url),
  re2js: new URL('../../node_modules/re2js/build/index.js', import.meta.url),
};

const context = vm.createContext({ TextEncoder, TextDecoder });
const modules = new Map<string, vm.SourceTextModule>();

function moduleAt(url: URL): vm.SourceTextModule {
  const known = modules.get(url.href);
  if (known !== undefined) return known;
  const source = readFileSync(url, 'utf8');
  const code = url.pathname.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
  const module = new vm.SourceTextModule(code, { context, identifier: url.href });
  modules.set(url.href, module);
  return module;
}

function resolve(specifier: string, from: string): URL {
  const build = BROWSER_BUILDS[specifier];
  if (build !== undefined) return build;
  if (!specifier.startsWith('.')) throw new Error(`${from} needs ${specifier}, which no browser has`);
  return new URL(specifier, from);
}

const kit = moduleAt(new URL('test-kit.ts', import.meta.url));
await kit.link((specifier, parent) => moduleAt(resolve(specifier, parent.identifier)));
await kit.evaluate();

const { checked, load, ruleFile, problems } = kit.namespace as typeof import('./test-kit.ts');
const rule = checked('evt.type = open and proc.name regex "a.*b" and proc.name != "é\\xff"');
const wrong = problems(load(ruleFile('container.is != host')));
console.log(JSON.stringify({ codes: [...rule.eventCodes], wrong, modules: modules.size }));
