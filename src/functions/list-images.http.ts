import { BerthError } from '../core/errors.ts';
import { ImagesResult } from './api-schemas.ts';
import { adminRoute, bare, reply } from './route.ts';

export const listImagesRoute = adminRoute({
  ...bare,
  name: 'list-images',
  method: 'GET',
  path: 'manage/images',
  summary: 'The images a challenge can name, live from the registry or the engine.',
  answers: { 200: ImagesResult },
  async handle({ api: { life } }) {
    const target = life.settings.targets[0];
    const backend = target && (await life.backends(target.name));
    if (!backend) throw new BerthError('misconfigured', 'No backend is configured; health says what is wrong.');
    return reply(200, await backend.images());
  },
});
