/** Whether the engine and its plugins are what a file asks for. */
import { DEFAULT_SOURCE, type RuleEnvironment } from './environment.ts';
import type { EngineRequirement, Item, PluginRequirement } from './items/items.ts';
import { isCompatible, parseVersion } from './items/read-requirements.ts';
import type { Context, ErrorCode, Report, WarningCode } from './problem.ts';
import { nearest } from './suggest.ts';

/** Reports an item that asks for what is not there. */
export function checkRequirement(item: Item, environment: RuleEnvironment, report: Report): void {
  if (item.kind === 'engine version') checkEngine(item, environment, report);
  else if (item.kind === 'plugin version') checkPlugins(item, environment, report);
  else if (item.kind === 'rule') {
    const source = item.source === '' ? DEFAULT_SOURCE : item.source;
    if (environment.sources.includes(source)) return;
    const suggestion = nearest(source, environment.sources);
    problem(
      'LOAD_UNKNOWN_SOURCE',
      `unknown source ${source}: the rule is left out`,
      item.context,
      report,
      suggestion,
    );
  }
}

function checkEngine(
  { version, context }: EngineRequirement,
  environment: RuleEnvironment,
  report: Report,
): void {
  const required = parseVersion(version);
  const available = parseVersion(environment.engineVersion);
  if (required !== undefined && available !== undefined && isCompatible(available, required)) return;
  const message = `these rules need engine version ${version} or a later one, and this is ${environment.engineVersion}`;
  problem('LOAD_ERR_VALIDATE', message, context, report);
}

function checkPlugins(
  { alternatives, context }: PluginRequirement,
  environment: RuleEnvironment,
  report: Report,
): void {
  const names = new Set<string>();
  let satisfied = false;
  for (const { name, version } of alternatives) {
    const required = parseVersion(version);
    if (required === undefined) {
      const message = `'${version}' is not a version of plugin ${name}: expected x.y.z`;
      problem('LOAD_ERR_VALIDATE', message, context, report);
      return;
    }
    if (names.has(name)) {
      const message = `plugin ${name} is named twice`;
      problem('LOAD_ERR_VALIDATE', message, context, report);
      return;
    }
    names.add(name);
    const available = parseVersion(environment.plugins.get(name)?.version ?? '');
    if (available !== undefined && isCompatible(available, required)) satisfied = true;
  }
  if (satisfied) return;
  const wanted = alternatives.map(({ name, version }) => `${name} (>= ${version})`).join(' or ');
  const message = `these rules need ${wanted}`;
  const [first] = names;
  const suggestion = nearest(first ?? '', environment.plugins.keys());
  problem('LOAD_ERR_VALIDATE', message, context, report, suggestion === first ? undefined : suggestion);
}

function problem(
  code: ErrorCode | WarningCode,
  message: string,
  context: Context,
  report: Report,
  suggestion?: string,
): void {
  report({ code, message, location: context.location, length: 1, context, suggestion });
}
