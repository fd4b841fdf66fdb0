import { setTimeout as delay } from 'node:timers/promises';
import type { HttpPool } from '../storm/http-pool.ts';
import type { Player } from '../storm/players.ts';

const everyMs = 100;

export interface StatusReads {
  /** Milliseconds of every read so far. Throws when one was not answered with 200. */
  end(): Promise<readonly number[]>;
}

/** One player who presses nothing and asks for their state again and again, while something else goes on. */
export function watchReads(pool: HttpPool, player: Player | undefined, challenge: string): StatusReads {
  const times: number[] = [];
  let over = false;
  const reading = (async () => {
    while (!over) {
      const answer = await pool.send('GET', `containers/${challenge}`, (await player?.challengeToken()) ?? '');
      if (answer.status !== 200) throw new Error(`a status read was answered with ${answer.status}`);
      times.push(answer.ms);
      await delay(everyMs);
    }
  })();
  reading.catch(() => undefined);
  return {
    async end() {
      over = true;
      await reading;
      return times;
    },
  };
}
