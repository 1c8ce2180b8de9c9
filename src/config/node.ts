/** A configuration as it was written: values together with where they come from. */

export type ScalarValue = string | number | boolean | null;

export type ConfigNode = ScalarNode | MapNode | ListNode;

interface Placed {
  /** Where the value was written, for messages: `falco.yaml:3:7`, or `-o priority=warning`. */
  readonly place: string;
  /** Where its key was written, of a value in a mapping of a file. */
  readonly keyPlace?: string;
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: ScalarValue;
  /** As it stands in the file, where a number or boolean is written otherwise than it is printed: `007`, `1e3`. */
  readonly written?: string;
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: Map<string, ConfigNode>;
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: ConfigNode[];
}

/** Configuration that cannot be used. The message has one line per problem, each with its place. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}
