import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openTheatre, Stage, type Theatre } from './stage.ts';

/** A theatre for the file and a stage of its own for every test in it. */
export function useStage(opened: (stage: Stage) => void): void {
  let theatre: Theatre;
  let stage: Stage;
  beforeAll(async () => {
    theatre = await openTheatre();
  });
  beforeEach(async () => {
    stage = await Stage.open(theatre);
    opened(stage);
  });
  afterEach(() => stage.close());
  afterAll(() => theatre.close());
}
