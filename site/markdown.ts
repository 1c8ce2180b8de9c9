/** Markdown to HTML: anchors, the table of contents, links between pages, and what the search finds. */
import MarkdownIt, { type Token } from 'markdown-it';
import { codeBlock } from './code-block.ts';
import type { Page, Part } from './pages.ts';

/** Turns the target of a link in a file into one for the site; adds to the problems where there is none. */
export interface Links {
  link(target: string, from: Part, line: number): string;
  /** As `link`, for a picture. */
  image(target: string, from: Part, line: number): string;
}

export interface TocEntry {
  readonly id: string;
  readonly title: string;
  readonly level: number;
}

/** What the search finds: text below a heading, or a row of a table. */
export interface Passage {
  /** Empty for what stands before the first anchor. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface Rendered {
  readonly html: string;
  readonly toc: readonly TocEntry[];
  readonly passages: readonly Passage[];
  /** All anchors. */
  readonly ids: ReadonlySet<string>;
}

const TOC_LEVELS = [2, 3];
/** A table of contents with more entries than this helps nobody: then it has the upper level alone. */
const TOC_LIMIT = 60;

const markdown = new MarkdownIt({ html: true });

/** The parts of a page as one. */
export function renderPage(page: Page, links: Links): Rendered {
  const state = new PageState();
  const html = page.parts.map((part) => renderPart(part, state, links)).join('\n');
  const toc =
    state.toc.length > TOC_LIMIT ? state.toc.filter(({ level }) => level === TOC_LEVELS[0]) : state.toc;
  return { html, toc, passages: state.passages(), ids: state.ids };
}

/** What is gathered over all parts of a page. */
class PageState {
  readonly ids = new Set<string>();
  readonly toc: TocEntry[] = [];
  readonly #passages: { id: string; title: string; text: string[] }[] = [];

  begin(id: string, title: string): void {
    this.#passages.push({ id, title, text: [] });
  }

  add(text: string): void {
    if (this.#passages.length === 0) this.begin('', '');
    this.#passages.at(-1)?.text.push(text);
  }

  passages(): Passage[] {
    return this.#passages.map(({ id, title, text }) => ({ id, title, text: text.join(' ') }));
  }

  /** An anchor that the page does not have yet: the second one of a name ends in -1, as on GitHub. */
  anchor(name: string): string {
    let id = name;
    for (let count = 1; this.ids.has(id); count++) id = `${name}-${count}`;
    this.ids.add(id);
    return id;
  }
}

function renderPart(part: Part, state: PageState, links: Links): string {
  const tokens = markdown.parse(part.text, {});
  let heading: string | undefined;
  for (const [index, token] of tokens.entries()) {
    const line = (token.map?.[0] ?? 0) + 1;
    switch (token.type) {
      case 'heading_open':
        heading = openHeading(token, tokens[index + 1] as Token, part, state);
        break;
      case 'heading_close':
        token.tag = `h${levelOf(token, part)}`;
        break;
      case 'tr_open':
        openRow(token, tokens.slice(index + 1, index + 4), state);
        break;
      case 'td_open':
      case 'th_open':
        alignByClass(token);
        if (tokens[index + 1]?.content === '') withoutHeading(token, tokens[index + 2]);
        break;
      case 'fence':
        state.add(token.content);
        break;
      case 'html_block':
        token.content = token.content.replace(/<!--[\s\S]*?-->/g, '');
        registerIds(token, state);
        break;
      case 'inline':
        inline(token, part, line, state, links);
        if (tokens[index - 1]?.type !== 'heading_open') state.add(textOf(token));
        else if (heading) token.children?.push(anchorLink(heading));
        break;
    }
  }
  return markdown.renderer.render(tokens, markdown.options, {});
}

markdown.renderer.rules.fence = (tokens, index) => {
  const { info, content } = tokens[index] as Token;
  return codeBlock(info.trim().split(/\s+/)[0] ?? '', content);
};
// A table that is too wide scrolls by itself, with the keyboard too.
markdown.renderer.rules.table_open = () =>
  '<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

function openHeading(token: Token, content: Token, part: Part, state: PageState): string {
  const level = levelOf(token, part);
  token.tag = `h${level}`;
  const title = textOf(content);
  const id = state.anchor(slug(title));
  token.attrSet('id', id);
  state.begin(id, title);
  if (TOC_LEVELS.includes(level)) state.toc.push({ id, title, level });
  return id;
}

function levelOf({ tag }: Token, { lower }: Part): number {
  return Math.min(6, Number(tag.slice(1)) + lower);
}

function anchorLink(id: string): Token {
  const token = new MarkdownIt.Token('html_inline', '', 0);
  token.content = ` <a class="anchor" href="#${id}" aria-label="Link to this part">#</a>`;
  return token;
}

/** A row whose first cell is nothing but code, such as a key or a field, has an anchor of that name. */
function openRow(token: Token, [cell, content]: readonly Token[], state: PageState): void {
  if (cell?.type !== 'td_open' || content?.children?.length !== 1) return;
  const [only] = content.children;
  if (only?.type !== 'code_inline' || !/^[\w[\].-]+$/.test(only.content)) return;
  const id = state.anchor(only.content);
  token.attrSet('id', id);
  state.begin(id, only.content);
}

/** Of the policy of the pages, which lets no style stand in an attribute. */
function alignByClass(token: Token): void {
  const style = token.attrGet('style');
  if (style === null) return;
  token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
  token.attrSet('class', String(style).replace('text-align:', ''));
}

/** A cell without text heads nothing. */
function withoutHeading(open: Token, close: Token | undefined): void {
  open.tag = 'td';
  if (close !== undefined) close.tag = 'td';
}

function inline(token: Token, part: Part, line: number, state: PageState, links: Links): void {
  for (const child of token.children ?? []) {
    if (child.type === 'link_open') child.attrSet('href', links.link(attribute(child, 'href'), part, line));
    if (child.type === 'image') child.attrSet('src', links.image(attribute(child, 'src'), part, line));
    if (child.type === 'html_inline') registerIds(child, state);
  }
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

function registerIds({ content }: Token, state: PageState): void {
  for (const [, id = ''] of content.matchAll(/\bid="([^"]+)"/g)) state.ids.add(id);
}

function textOf({ children, content }: Token): string {
  if (children === null) return content;
  return children
    .map(({ type, content }) =>
      type === 'softbreak' || type === 'hardbreak' ? ' ' : type === 'html_inline' ? '' : content,
    )
    .join('');
}

/** The anchor of a heading, as GitHub makes it. */
export function slug(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}
