import { type Repository, tagsOf } from './repository.ts';

/** The repositories that the registry holds at the moment. */
export class Registry {
  readonly host: string;
  readonly #atStart: readonly Repository[];
  #repositories: readonly Repository[];

  constructor(host: string, repositories: readonly Repository[]) {
    this.host = host;
    this.#atStart = repositories;
    this.#repositories = sorted(repositories);
  }

  get repositories(): readonly Repository[] {
    return this.#repositories;
  }

  find(name: string): Repository | undefined {
    return this.#repositories.find((repository) => repository.name === name);
  }

  replace(repositories: readonly Repository[]): void {
    this.#repositories = sorted(repositories);
  }

  reset(): void {
    this.replace(this.#atStart);
  }

  isOwn(image: string): boolean {
    return image.startsWith(`${this.host}/`);
  }

  /** Whether an image of this registry is there, by tag (`latest` when none is given) or by digest. */
  holds(image: string): boolean {
    const path = image.slice(this.host.length + 1);
    const [beforeDigest = '', digest] = path.split('@', 2);
    const [name = '', tag = 'latest'] = beforeDigest.split(':', 2);
    const repository = this.find(name);
    if (!repository) return false;
    return tagsOf(repository).some((known) => (digest === undefined ? known.name === tag : known.digest === digest));
  }
}

function sorted(repositories: readonly Repository[]): readonly Repository[] {
  return [...repositories].sort((a, b) => (a.name < b.name ? -1 : 1));
}
