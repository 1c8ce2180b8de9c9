export function RulesPage(_: object) {
  return <p>…</p>;
}
