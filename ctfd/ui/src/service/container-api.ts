import type { ApiClient } from './api-client.ts';
import { type Checked, type Container, parseChecked, parseContainer } from './container.ts';
import type { Answer } from './trouble.ts';

const longPatience = 25;

/** One challenge's container of a player. */
export class ContainerApi {
  readonly #client: ApiClient;
  readonly #challengeId: string;
  readonly #path: string;

  constructor(client: ApiClient, challengeId: string) {
    this.#client = client;
    this.#challengeId = challengeId;
    this.#path = `containers/${encodeURIComponent(challengeId)}`;
  }

  read(): Promise<Answer<Container>> {
    return this.#client.call({ path: this.#path, parse: parseContainer });
  }

  start(): Promise<Answer<Container>> {
    const body = { challengeId: this.#challengeId };
    return this.#client.call({ method: 'POST', path: 'containers', body, parse: parseContainer });
  }

  change(verb: 'renew' | 'reset'): Promise<Answer<Container>> {
    return this.#client.call({ method: 'POST', path: `${this.#path}/${verb}`, parse: parseContainer });
  }

  stop(): Promise<Answer<Container>> {
    return this.#client.call({ method: 'DELETE', path: this.#path, parse: parseContainer });
  }

  /** Probes the container's port, which may take a while. */
  check(): Promise<Answer<Checked>> {
    const path = `${this.#path}/check`;
    return this.#client.call({ method: 'POST', path, seconds: longPatience, parse: parseChecked });
  }
}
