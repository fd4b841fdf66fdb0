import { element, setText } from '../dom.ts';
import type { ManageApi } from '../service/manage-api.ts';
import type { ManagedContainer } from '../service/manage-shapes.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { adminTexts as texts } from '../texts.ts';
import { closeButton, openDialog } from './dialog.ts';
import { challengeName } from './rows.ts';

/** The last output of one container. */
export async function showLog(root: ShadowRoot, api: ManageApi, row: ManagedContainer): Promise<void> {
  const output = element('pre', { tabindex: '0', 'aria-label': texts.log, 'aria-live': 'polite' }, texts.working);
  const fetch = async (): Promise<void> => {
    const answer = await api.log(row.owner, row.view.challengeId);
    setText(output, answer.ok ? answer.value || texts.logEmpty : troubleSentence(answer.trouble));
    output.scrollTop = output.scrollHeight;
  };
  const refresh = element('button', { type: 'button', click: () => void fetch() }, texts.refresh);
  const buttons = element('div', { class: 'row' }, closeButton(), refresh);
  openDialog(root, texts.logOf(challengeName(row), row.owner), output, buttons);
  await fetch();
}
