import type { ContainerRun } from '../groups/container-runs.ts';

export interface RunnableContainer {
  readonly name: string;
  readonly image: string;
  /** Replaces the image's own entry point and arguments; empty keeps them. */
  readonly command: readonly string[];
  /** Plain and secret variables alike: the container sees no difference. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly cpu: number;
  readonly memoryInGB: number;
}

export interface RunnableGroup {
  readonly key: string;
  readonly name: string;
  /** Loopback address that the ports are bound on; undefined: no port is. */
  readonly address: string | undefined;
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[];
  readonly containers: readonly RunnableContainer[];
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  /** Lines that the log begins with. */
  readonly log: string | undefined;
}

/** What the containers of a group really are on this machine. */
export interface GroupRunner {
  /** Whether a start is quick enough to be waited for by every request. */
  readonly immediate: boolean;
  hasImage(image: string): Promise<boolean>;
  /** Rejects with a sentence that says why the group cannot run; nothing is left of it then. */
  start(group: RunnableGroup): Promise<void>;
  /** Ends the group if it runs. Its log stays readable until `forget`. */
  stop(key: string): Promise<void>;
  forget(key: string): void;
  /** Real state of a container; undefined: the runner doesn't know better than the clock. */
  look(key: string, container: string): Promise<ContainerRun | undefined>;
  /** Oldest line first. */
  logs(key: string, container: string): Promise<readonly string[]>;
  close(): Promise<void>;
}
