/** One grant, in the words of docs/security-roles.md. */
export interface Grant {
  readonly identity: string;
  readonly role: string;
  readonly on: string;
}

export interface RoleTable {
  readonly grants: readonly Grant[];
  /** The roles that the deployment defines, with their actions. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

/** The cells of every row of the table whose header begins with these names. */
function rowsUnder(document: string, ...header: readonly string[]): string[][] {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header.join(' | ')}`));
  if (start === -1) return [];
  const body = lines.slice(start + 2);
  const end = body.findIndex((line) => !line.startsWith('|'));
  return body.slice(0, end === -1 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Reads the tables of docs/security-roles.md. */
export function parseRoleTable(document: string): RoleTable {
  const grants = rowsUnder(document, 'identity', 'role', 'on').map(([identity = '', role = '', on = '']) => ({
    identity,
    role,
    on,
  }));
  const roles = rowsUnder(document, 'role', 'actions').map(
    ([role = '', actions = '']) =>
      [role, [...actions.matchAll(/`([^`]+)`/g)].map(([, action = '']) => action)] as const,
  );
  return { grants, roles: new Map(roles) };
}
