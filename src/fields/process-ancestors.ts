/** `proc.p*` and `proc.a*`: the parent and the line of ancestors. */
import type { ByteString } from '../events/bytes.ts';
import type { EventContext } from '../system/context.ts';
import { type FieldDefinition, INDEX, INDEX_OR_KEY } from './define.ts';
import type { Field, FieldValue } from './field.ts';
import {
  ancestorAt,
  ancestorsOf,
  argumentsText,
  commandLine,
  environmentText,
  exe,
  exepath,
  listText,
  name,
  ofAncestors,
  ofParent,
  pid,
  type ThreadFact,
  variable,
} from './process-read.ts';

/**
 * How a field about ancestors is read: all of them for conditions, `shown` in alerts, one of them with a
 * number.
 */
function ancestorField(
  fact: ThreadFact<ByteString | number>,
  shown: (context: EventContext) => ByteString | number | undefined,
): Required<Pick<Field, 'read' | 'format' | 'json'>> {
  const value = (context: EventContext, level: string | undefined): ByteString | number | undefined =>
    level === undefined ? shown(context) : ofAncestor(context, level, fact);
  return {
    read: (context, level) =>
      level === undefined ? ofAncestors(context, fact) : ofAncestor(context, level, fact),
    format: (context, level) => value(context, level)?.toString(),
    json: value,
  };
}

function ofAncestor<T>(context: EventContext, level: string, fact: ThreadFact<T>): T | undefined {
  const ancestor = ancestorAt(context, Number(level));
  return ancestor && fact(ancestor);
}

const IS_NUMBER = /^\d+$/;

/** How far up a variable is looked for. */
const MAX_LEVELS = 20;

function ancestorEnvironment(context: EventContext, argument: string | undefined): FieldValue {
  if (argument === undefined) return ofAncestors(context, environmentText);
  if (IS_NUMBER.test(argument)) return ofAncestor(context, argument, environmentText);
  const { thread, system } = context;
  if (!thread) return undefined;
  let level = 0;
  for (const ancestor of ancestorsOf(thread, system)) {
    const value = variable(ancestor, argument);
    if (value !== '' || ++level === MAX_LEVELS) return value;
  }
  return '';
}

/** In alerts, as in Falco, the plain field shows the environment of the process itself. */
function ownEnvironment(context: EventContext, argument: string | undefined): ByteString | undefined {
  if (argument === undefined) return context.thread && environmentText(context.thread);
  const value = ancestorEnvironment(context, argument);
  return typeof value === 'string' ? value : undefined;
}

function loginShell({ thread, system }: EventContext): number | undefined {
  const own = thread && system.leader(thread);
  if (!own) return undefined;
  let shell = own.comm.endsWith('sh') ? own.pid : undefined;
  for (const ancestor of ancestorsOf(own, system)) if (ancestor.comm.endsWith('sh')) shell = ancestor.pid;
  return shell;
}

export const ANCESTOR_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.ppid',
    type: 'INT64',
    description: 'Process id of the parent.',
    read: (context) => ofParent(context, pid),
  },
  {
    name: 'proc.pvpid',
    type: 'INT64',
    description: 'Process id of the parent in its own pid namespace.',
    read: (context) => ofParent(context, ({ vpid }) => vpid),
  },
  {
    name: 'proc.pname',
    type: 'CHARBUF',
    description: '`proc.name` of the parent.',
    read: (context) => ofParent(context, name),
  },
  {
    name: 'proc.pexe',
    type: 'CHARBUF',
    description: '`proc.exe` of the parent.',
    read: (context) => ofParent(context, exe),
  },
  {
    name: 'proc.pexepath',
    type: 'CHARBUF',
    description: '`proc.exepath` of the parent.',
    read: (context) => ofParent(context, exepath),
  },
  {
    name: 'proc.pcmdline',
    type: 'CHARBUF',
    cost: 2,
    description: '`proc.cmdline` of the parent.',
    read: (context) => ofParent(context, commandLine),
  },
  {
    name: 'proc.apid',
    type: 'INT64',
    argument: INDEX,
    multiplicity: 'any',
    noRightHandSide: true,
    noTransformer: true,
    cost: 4,
    description:
      'Process id of an ancestor: `proc.apid[1]` is the parent, `[2]` its parent, `[0]` the process. Without a number a condition holds when it holds for any ancestor.',
    ...ancestorField(pid, (context) => ancestorAt(context, 0)?.pid),
  },
  {
    name: 'proc.aname',
    type: 'CHARBUF',
    argument: INDEX,
    multiplicity: 'any',
    noRightHandSide: true,
    noTransformer: true,
    cost: 4,
    description:
      '`proc.name` of an ancestor: `proc.aname[1]` is the parent, `[2]` its parent, `[0]` the process. Without a number a condition holds when it holds for any ancestor, and an alert lists them all.',
    ...ancestorField(name, (context) => listText(ofAncestors(context, name))),
  },
  {
    name: 'proc.aexe',
    type: 'CHARBUF',
    argument: INDEX,
    multiplicity: 'any',
    noRightHandSide: true,
    noTransformer: true,
    cost: 4,
    description: '`proc.exe` of an ancestor, numbered as in `proc.aname`.',
    ...ancestorField(exe, (context) => listText(ofAncestors(context, exe))),
  },
  {
    name: 'proc.aexepath',
    type: 'CHARBUF',
    argument: INDEX,
    multiplicity: 'any',
    noRightHandSide: true,
    noTransformer: true,
    cost: 4,
    description: '`proc.exepath` of an ancestor, numbered as in `proc.aname`.',
    ...ancestorField(exepath, (context) => listText(ofAncestors(context, exepath))),
  },
  {
    name: 'proc.acmdline',
    type: 'CHARBUF',
    argument: INDEX,
    multiplicity: 'any',
    noRightHandSide: true,
    noTransformer: true,
    cost: 5,
    description: '`proc.cmdline` of an ancestor, numbered as in `proc.aname`.',
    ...ancestorField(commandLine, (context) => listText(ofAncestors(context, commandLine))),
  },
  {
    name: 'proc.aargs',
    type: 'CHARBUF',
    argument: INDEX,
    cost: 5,
    description:
      '`proc.args` of an ancestor, numbered as in `proc.aname`; without a number those of all ancestors in one text.',
    read: (context, level) =>
      level === undefined
        ? listText(ofAncestors(context, argumentsText))
        : ofAncestor(context, level, argumentsText),
  },
  {
    name: 'proc.aenv',
    type: 'CHARBUF',
    argument: INDEX_OR_KEY,
    multiplicity: 'any',
    noRightHandSide: true,
    noTransformer: true,
    cost: 6,
    description:
      '`proc.env` of an ancestor: `proc.aenv[2]` by number, `proc.aenv[NAME]` the value of a variable in the nearest ancestor that has it, without brackets any ancestor.',
    read: ancestorEnvironment,
    format: ownEnvironment,
    json: ownEnvironment,
  },
  {
    name: 'proc.loginshellid',
    type: 'INT64',
    cost: 4,
    description:
      'Process id of the oldest ancestor whose name ends in `sh`: one per login, so it tells user sessions apart.',
    read: loginShell,
  },
];
