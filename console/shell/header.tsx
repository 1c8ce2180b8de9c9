import { session, signOut } from '../data/session.ts';
import { type Route, route } from '../router.ts';
import { LiveMark } from './live-mark.tsx';
import { nextTheme, type Theme, theme } from './preferences.ts';
import { Mark } from './sign-in.tsx';

const PAGES: readonly {
  readonly href: string;
  readonly title: string;
  readonly pages: readonly Route['page'][];
}[] = [
  { href: '/', title: 'Alerts', pages: ['alerts', 'alert'] },
  { href: '/rules', title: 'Rules', pages: ['rules', 'rule'] },
  { href: '/editor', title: 'Editor', pages: ['editor'] },
  { href: '/attack', title: 'ATT&CK', pages: ['attack'] },
  { href: '/health', title: 'Health', pages: ['health'] },
];

const THEME_SIGNS: Readonly<Record<Theme, string>> = { system: '◐', dark: '●', light: '○' };

export function Header({ onHelp }: { readonly onHelp: () => void }) {
  const { page } = route.value;
  const here = session.value;
  return (
    <header class="head">
      <a href="/" class="home" aria-label="Lanner, to the alerts">
        <Mark />
      </a>
      <nav aria-label="Pages">
        {PAGES.map(({ href, title, pages }) => (
          <a key={href} href={href} aria-current={pages.includes(page) ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div class="head-end">
        <LiveMark />
        <span class="host" title={`Lanner ${here?.version ?? ''}`}>
          {here?.hostname}
        </span>
        <button type="button" class="quiet icon" onClick={nextTheme} title={`Colours: ${theme.value}`}>
          <span aria-hidden="true">{THEME_SIGNS[theme.value]}</span>
          <span class="unseen">Colours: {theme.value}; change</span>
        </button>
        <button type="button" class="quiet icon" onClick={onHelp} title="Keyboard (?)">
          <span aria-hidden="true">?</span>
          <span class="unseen">Keyboard shortcuts</span>
        </button>
        {here?.by === 'token' && (
          <button type="button" class="quiet" onClick={() => void signOut()}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}
