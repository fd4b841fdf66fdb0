import type { Instant } from '../../src/core/ids.ts';
import type { Faults } from './faults.ts';
import type { Report } from './report.ts';
import type { Scheduler } from './scheduler.ts';
import type { About, Story } from './story.ts';

/** What everything in one simulated world stands on. */
export class Ground {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly report: Report;
  readonly story: Story;
  /** No call to storage is answered until then. */
  storageDownUntil: Instant = 0;
  /** Nothing breaks from then on. */
  calmAt: Instant = Number.POSITIVE_INFINITY;

  constructor(scheduler: Scheduler, faults: Faults, report: Report, story: Story) {
    this.scheduler = scheduler;
    this.faults = faults;
    this.report = report;
    this.story = story;
  }

  get now(): Instant {
    return this.scheduler.now;
  }

  tell(about: About, text: () => string): void {
    this.story.tell(this.scheduler.now, about, text);
  }
}
