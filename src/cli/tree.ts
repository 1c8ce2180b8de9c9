/** `lanner tree PID|@ALERT`: the processes around a running one, or around an alert of the store. */
import type { Command } from 'commander';
import type { EvidenceFact } from '../alerts/evidence.ts';
import { runningTree } from '../engine/running-tree.ts';
import { fail } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { alertWithEvidence, parseAlertId } from './stored-alert.ts';
import { terminalWidth, visibleText } from './terminal-text.ts';
import { treeLines } from './tree-text.ts';

interface TreeOptions extends CommonOptions {
  readonly json?: boolean;
  readonly store?: string;
}

export function addTreeCommand(program: Command): void {
  const command = program
    .command('tree')
    .summary('show the processes around a process or an alert')
    .description(
      'Shows a running process with its ancestors and all that it has started, or what was kept with an alert of the\n' +
        'store: the process with its ancestors as they were then, or the user, addresses and object of a request to\n' +
        'Kubernetes. "lanner alerts" shows the numbers of alerts.',
    )
    .argument('<what>', 'the id of a process, or @ and the number of an alert, such as @17')
    .option('--json', 'print as JSON')
    .option('--store <file>', 'this store instead of the configured one')
    .action(showTree);
  addFlags(command, 'common');
}

async function showTree(what: string, options: TreeOptions): Promise<void> {
  if (what.startsWith('@')) showAlert(parseAlertId(what), options);
  else if (/^[1-9]\d{0,9}$/.test(what)) await showProcess(Number(what), options);
  else fail(`"${what}" is neither the id of a process, such as 4711, nor that of an alert, such as @17`);
}

async function showProcess(pid: number, options: TreeOptions): Promise<void> {
  const tree = await runningTree(pid, configFrom(options, plainLog), plainLog);
  if (tree === undefined) fail(`there is no process ${pid}`);
  if (options.json) {
    printLine(JSON.stringify(tree));
    return;
  }
  const { others } = tree;
  printLine([...treeLines(tree, terminalWidth()), ...(others > 0 ? [`and ${others} more`] : [])].join('\n'));
}

function showAlert(id: number, options: TreeOptions): void {
  const { alert, evidence, reason } = alertWithEvidence(id, options);
  const { time, rule, priority } = JSON.parse(alert.line) as Readonly<Record<string, string>>;
  if (options.json) {
    const { processes = [], containers = [], audit, isCut = false } = evidence ?? {};
    const why = reason === undefined ? {} : { reason };
    printLine(
      JSON.stringify({ alert: id, time, rule, priority, processes, containers, audit, isCut, ...why }),
    );
    return;
  }
  const lines = [`@${id} ${time} ${visibleText(`${priority} ${rule}`)}`];
  if (evidence !== undefined) {
    lines.push(...treeLines(evidence, terminalWidth()), ...factLines(evidence.audit ?? []));
    if (evidence.isCut) lines.push('(something was too long and is shortened)');
  }
  if (reason !== undefined) lines.push(reason);
  printLine(lines.join('\n'));
}

function factLines(facts: readonly EvidenceFact[]): string[] {
  const width = Math.max(0, ...facts.map(({ name }) => name.length));
  return facts.map(({ name, value }) => `${name.padEnd(width)}  ${visibleText(value)}`);
}
