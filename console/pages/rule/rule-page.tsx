export function RulePage(_: object) {
  return <p>…</p>;
}
