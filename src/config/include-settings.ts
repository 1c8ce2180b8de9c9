/** Settings that name other files: further configuration and plugins. */
import { key, section } from './section.ts';
import { anything, choice, optional, type Shape, text } from './shape.ts';

const STRATEGIES = ['append', 'override', 'add-only'] as const;

/** What a file does to keys that are there already. */
export type MergeStrategy = (typeof STRATEGIES)[number];

export interface ConfigFile {
  readonly path: string;
  readonly strategy: MergeStrategy;
}

const PATH = text('');
const PATH_AND_STRATEGY = section({
  path: key('Path of a file or folder.', PATH),
  strategy: key(
    'What happens to keys that are there already: lists grow and other values are replaced (append), ' +
      'everything is replaced (override), or they stay (add-only).',
    choice(STRATEGIES, 'append'),
  ),
});

/** A path, or a mapping with the path and how it is merged. */
export const CONFIG_FILE: Shape<ConfigFile> = {
  fallback: { path: '', strategy: 'append' },
  expected: 'a path, or a mapping with path and strategy',
  schema: { anyOf: [PATH.schema, PATH_AND_STRATEGY.schema] },
  ...(PATH_AND_STRATEGY.keys ? { keys: PATH_AND_STRATEGY.keys } : {}),
  read(node, path, findings) {
    if (node.kind === 'map') return PATH_AND_STRATEGY.read(node, path, findings);
    return { path: PATH.read(node, path, findings), strategy: 'append' };
  },
};

export const PLUGIN = section({
  name: key('Name of the plugin.', text('')),
  library_path: key('Its shared library, which Lanner does not load.', text('')),
  init_config: key('Configuration for it: text or a mapping.', optional(anything)),
  open_params: key('Where it gets events from.', text('')),
});
