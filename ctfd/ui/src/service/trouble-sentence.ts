import { troubleTexts } from '../texts.ts';
import type { Trouble } from './trouble.ts';

/** What went wrong, for somebody who can press the same button again. */
export function troubleSentence(trouble: Trouble): string {
  return 'message' in trouble ? trouble.message || troubleTexts.noReason : troubleTexts[trouble.kind];
}
