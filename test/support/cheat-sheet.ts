/** A rule as a public cheat sheet has it, its typing error (`container.is`) included. */
export const CHEAT_SHEET = `- list: linux_shells
  items: [bash, zsh, ksh, sh, csh]

- macro: container
  condition: container.is != host

- rule: Detect shell inside a container
  desc: A shell was opened in a container
  condition: container and proc.name in (linux_shells)
  output: Bash opened (user=%user.name container=%container.id)
  priority: WARNING
`;
