/** `proc.p*` and `proc.a*`: the parent and the line of ancestors. */
import { type FieldDefinition, INDEX, INDEX_OR_KEY } from './define.ts';

export const ANCESTOR_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'proc.ppid',
    type: 'INT64',
    description: 'Process id of the parent.',
  },
  {
    name: 'proc.pvpid',
    type: 'INT64',
    description: 'Process id of the parent in its own pid namespace.',
  },
  {
    name: 'proc.pname',
    type: 'CHARBUF',
    description: '`proc.name` of the parent.',
  },
  {
    name: 'proc.pexe',
    type: 'CHARBUF',
    description: '`proc.exe` of the parent.',
  },
  {
    name: 'proc.pexepath',
    type: 'CHARBUF',
    description: '`proc.exepath` of the parent.',
  },
  {
    name: 'proc.pcmdline',
    type: 'CHARBUF',
    cost: 2,
    description: '`proc.cmdline` of the parent.',
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
  },
  {
    name: 'proc.aargs',
    type: 'CHARBUF',
    argument: INDEX,
    multiplicity: 'any',
    cost: 5,
    description: '`proc.args` of an ancestor, numbered as in `proc.aname`.',
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
  },
  {
    name: 'proc.loginshellid',
    type: 'INT64',
    cost: 4,
    description:
      'Process id of the oldest ancestor whose name ends in `sh`: one per login, so it tells user sessions apart.',
  },
];
