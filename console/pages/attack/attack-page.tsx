export function AttackPage(_: object) {
  return <p>…</p>;
}
