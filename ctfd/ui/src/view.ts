import { fillChallengeHooks } from './page/challenge-hooks.ts';
import { PageServices } from './panel/page-services.ts';
import { panelElement } from './panel/panel-element.ts';

// CTFd runs this script again at every opening of a challenge; the element and what belongs to the page come once.
if (!customElements.get('berth-panel')) customElements.define('berth-panel', panelElement(new PageServices()));
fillChallengeHooks();
