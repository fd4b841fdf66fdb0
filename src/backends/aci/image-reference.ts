/** An image's name, taken apart as `docker pull` reads it. */
interface ImageParts {
  readonly server: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** The first part is a server only if it looks like one: `a/b` is on Docker Hub, `a.b/c` and `a:1/c` are not. */
export function parseImage(reference: string): ImageParts {
  const [name = '', digest] = reference.split('@', 2);
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasServer = /[.:]/.test(first) || first === 'localhost';
  const path = hasServer ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(':');
  return {
    server: hasServer ? first : 'docker.io',
    repository: colon === -1 ? path : path.slice(0, colon),
    tag: colon === -1 ? undefined : path.slice(colon + 1),
    digest,
  };
}

/** Where a digest is given the tag says nothing, and not every registry client takes both. */
export function withoutUselessTag(reference: string): string {
  const [name = '', digest] = reference.split('@', 2);
  return digest === undefined ? name : `${name.replace(/:[^:/]*$/, '')}@${digest}`;
}
