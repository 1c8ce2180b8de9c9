/** `lanner audit policy check|explain|generate`. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { loadRuleFiles } from '../engine/rule-files.ts';
import { requestFrom } from '../kubernetes/audit-policy/asked-request.ts';
import { type CheckedPolicy, checkPolicy } from '../kubernetes/audit-policy/check.ts';
import { explain, explanationText } from '../kubernetes/audit-policy/explain.ts';
import { generatePolicy } from '../kubernetes/audit-policy/generate.ts';
import { type AuditNeed, auditNeeds } from '../kubernetes/audit-policy/needs.ts';
import { checkResult, problemLine, summaryLine } from '../kubernetes/audit-policy/report.ts';
import { policyText } from '../kubernetes/audit-policy/write.ts';
import { fail } from './fail.ts';
import { addFlags, collect } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { failOnErrors } from './problems.ts';
import { configuredRuleFiles } from './start.ts';

interface CheckOptions extends CommonOptions {
  readonly json?: boolean;
  readonly strict?: boolean;
  /** False with --no-rules. */
  readonly rules: boolean;
}

interface ExplainOptions {
  readonly verb: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly user?: string;
  readonly groupOfUser?: readonly string[];
  readonly nonResourceUrl?: string;
  readonly json?: boolean;
}

interface GenerateOptions extends CommonOptions {
  readonly for: string;
}

type Finish = (code: number) => void;

export function addPolicyCommands(audit: Command, finish: Finish): void {
  const policy = audit.command('policy').summary('check, explain and make audit policies');
  addCheck(policy, finish);
  addExplain(policy, finish);
  addGenerate(policy, finish);
}

function addCheck(policy: Command, finish: Finish): void {
  const command = policy
    .command('check')
    .summary('check an audit policy')
    .description(
      'Says what is wrong in an audit policy, every problem at its place: what the API server refuses or overlooks,\n' +
        'rules that no request reaches, names that no request has, secrets that are recorded, and what the enabled\n' +
        'rules for audit events need but the policy drops. FILE may be "-". The exit code is 1 when there is an error.',
    )
    .argument('<file>', 'the policy')
    .option('--no-rules', 'do not look at what rules need')
    .option('--strict', 'exit code 1 for warnings too')
    .option('--json', 'print the result as JSON')
    .action((file: string, options: CheckOptions) => finish(check(file, options)));
  addFlags(command, 'common');
}

function addExplain(policy: Command, finish: Finish): void {
  policy
    .command('explain')
    .summary('say what is recorded of a request')
    .description(
      'Says which rule of an audit policy decides a request, and what is recorded of it at which stage.\n' +
        'Groups that the API server puts a user into (system:authenticated and those of service accounts) are added.',
    )
    .argument('<file>', 'the policy; "-" for standard input')
    .requiredOption(
      '--verb <verb>',
      'get, list, watch, create, update, patch, delete, deletecollection; for paths the method',
    )
    .option('--resource <resource>', 'pods, pods/exec, deployments.apps')
    .option('--subresource <name>', 'exec, log, status and so on')
    .option('--group <group>', "API group; by default that of Kubernetes' own resource")
    .option('--namespace <name>')
    .option('--name <name>', 'name of the object')
    .option('--user <name>', 'who asks')
    .option('--group-of-user <name>', 'a group that the user is in; repeatable', collect)
    .option('--non-resource-url <path>', 'a path instead of a resource, such as /healthz')
    .option('--json', 'print the result as JSON')
    .action((file: string, options: ExplainOptions) => finish(explainRequest(file, options)));
}

function addGenerate(policy: Command, finish: Finish): void {
  const command = policy
    .command('generate')
    .summary('make the smallest policy that feeds the enabled rules')
    .description(
      'Prints an audit policy that records what the enabled rules for audit events need, and no more, with\n' +
        'comments that tell which rule needs what.',
    )
    .addOption(
      new Option('--for <what>', 'all that alerts tell, or only what conditions need to be judged')
        .choices(['alerts', 'conditions'])
        .default('alerts'),
    )
    .action((options: GenerateOptions) => finish(generate(options)));
  addFlags(command, 'common');
}

/** Returns the exit code. */
function check(file: string, options: CheckOptions): number {
  const checked = checkPolicy(readPolicyFile(file), nameOf(file), options.rules ? needsOf(options) : []);
  if (options.json) printLine(JSON.stringify(checkResult(checked), null, 2));
  else for (const line of [...checked.problems.map(problemLine), summaryLine(checked)]) printLine(line);
  const bad = options.strict ? ['error', 'warning'] : ['error'];
  return checked.problems.some(({ severity }) => bad.includes(severity)) ? 1 : 0;
}

function explainRequest(file: string, options: ExplainOptions): number {
  const { policy, problems }: CheckedPolicy = checkPolicy(readPolicyFile(file), nameOf(file), []);
  const refused = problems.filter(({ isRefused }) => isRefused);
  if (policy === undefined || refused.length > 0) fail(refused.map(problemLine).join('\n'));
  const { nonResourceUrl: path, groupOfUser: groups, ...asked } = options;
  const explanation = explain(
    policy,
    requestOf({ ...asked, ...(path && { path }), ...(groups && { groups }) }),
  );
  printLine(options.json ? JSON.stringify(explanation, null, 2) : explanationText(explanation));
  return 0;
}

function requestOf(asked: Parameters<typeof requestFrom>[0]): ReturnType<typeof requestFrom> {
  try {
    return requestFrom(asked);
  } catch (error) {
    if (error instanceof RangeError) fail(`${error.message} (--resource, --non-resource-url)`);
    throw error;
  }
}

function generate(options: GenerateOptions): number {
  const needs = needsOf(options);
  if (needs.length === 0) fail('no enabled rule is for audit events: name rules with -r');
  const policy = generatePolicy(needs, { withOutputs: options.for === 'alerts' });
  printLine(policyText(policy).trimEnd());
  return 0;
}

/** What the rules need that the options and the configuration name; Lanner's own for audit events otherwise. */
function needsOf(options: CommonOptions): AuditNeed[] {
  const config = withAuditEvents(configFrom(options, plainLog));
  const outcome = loadRuleFiles(configuredRuleFiles(options, config, plainLog), config);
  failOnErrors(outcome);
  return auditNeeds(outcome.ruleSet.rules);
}

/** Without audit events the rules for them would not be loaded; the policy is often there first. */
function withAuditEvents(config: Config): Config {
  const { audit } = config.kubernetes;
  const from = audit.from.length > 0 ? audit.from : ['http://127.0.0.1:9765/k8s-audit'];
  return { ...config, kubernetes: { ...config.kubernetes, audit: { ...audit, from } } };
}

function readPolicyFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    return fail(`cannot read the policy: ${(error as Error).message}`);
  }
}

function nameOf(file: string): string {
  return file === '-' ? '<stdin>' : file;
}
