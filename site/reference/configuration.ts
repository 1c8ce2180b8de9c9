/** The page of all configuration keys: docs/configuration.md with its table as the code has it now. */
import { currentText, PAGES } from '../../scripts/reference-docs.ts';

export function configurationPage(): string {
  const page = PAGES.find(({ file }) => file.endsWith('configuration.md'));
  if (page === undefined) throw new Error('scripts/reference-docs.ts does not write docs/configuration.md');
  return currentText(page);
}
