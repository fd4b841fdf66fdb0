import { ControlResult } from './api-schemas.ts';
import { presentControl } from './control-view.ts';
import { adminRoute, bare, reply } from './route.ts';

export const getControlRoute = adminRoute({
  ...bare,
  name: 'get-control',
  method: 'GET',
  path: 'manage/control',
  summary: 'The organiser’s switches.',
  answers: { 200: ControlResult },
  async handle({ api: { life } }) {
    return reply(200, presentControl(await life.control.current(life.settings.event)));
  },
});
