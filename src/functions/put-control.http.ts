import { auditAct } from '../core/audit.ts';
import { changeControl } from '../core/change-control.ts';
import { ControlBody, ControlResult } from './api-schemas.ts';
import { presentControl } from './control-view.ts';
import { adminRoute, bare, reply } from './route.ts';

export const putControlRoute = adminRoute({
  ...bare,
  name: 'put-control',
  method: 'PUT',
  path: 'manage/control',
  summary: 'Change the organiser’s switches; what is not named stays. Every host follows within 5 seconds.',
  body: ControlBody,
  answers: { 200: ControlResult },
  async handle({ api: { life }, body, by }) {
    const control = await changeControl(life, body, by);
    await auditAct(life, life.settings.event, {
      action: 'switches changed',
      by,
      detail: JSON.stringify(body).slice(0, 500),
    });
    return reply(200, presentControl(control));
  },
});
