/** Loads rules in a thread of its own, for those who must not wait: see rules-aside.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Field, FieldCatalog, FieldInfo, FieldReference } from '../fields/field.ts';
import { isError } from '../rules/load.ts';
import { countProblems, reportProblems } from '../rules/report.ts';
import { loadRuleFiles } from './rule-files.ts';
import { needsOf } from './rule-needs.ts';
import { configuredFields } from './rule-options.ts';
import { type RuleRequest, type RuleResult, SLICE } from './rules-aside.ts';

const { paths, config } = workerData as RuleRequest;
const outcome = loadRuleFiles(paths, config, withoutFunctions(configuredFields(config)));
const { rules, macros = new Map() } = outcome.ruleSet;
if (outcome.ok) {
  for (let start = 0; start < rules.length; start += SLICE)
    send({ rules: rules.slice(start, start + SLICE) });
  const files = outcome.files.map(({ name }) => name);
  send({ done: { problems: outcome.problems, files, needs: needsOf(outcome.ruleSet, config) }, macros });
} else {
  const errors = outcome.problems.filter(isError);
  send({ failure: { report: reportProblems(errors, outcome.files), count: countProblems(errors) } });
}

function send(result: RuleResult): void {
  parentPort?.postMessage(result);
}

/** What is known of fields, but not how to read them: functions do not pass from thread to thread. */
function withoutFunctions(catalog: FieldCatalog<Field>): FieldCatalog {
  const infos = new Map<Field, FieldInfo>();
  const infoOf = (field: Field): FieldInfo => {
    let info = infos.get(field);
    if (info === undefined) {
      info = Object.fromEntries(
        Object.entries(field).filter(([, value]) => typeof value !== 'function'),
      ) as unknown as FieldInfo;
      infos.set(field, info);
    }
    return info;
  };
  return {
    find(name): FieldReference | undefined {
      const found = catalog.find(name);
      return found && { ...found, field: infoOf(found.field) };
    },
    fields: catalog.fields.map(infoOf),
  };
}
