import { actOnContainersRoute } from './act-on-containers.http.ts';
import { checkContainerRoute } from './check-container.http.ts';
import { deleteChallengeRoute } from './delete-challenge.http.ts';
import { deleteOwnerRoute } from './delete-owner.http.ts';
import { getContainerRoute } from './get-container.http.ts';
import { getControlRoute } from './get-control.http.ts';
import { getHealthRoute } from './get-health.http.ts';
import { getLogsRoute } from './get-logs.http.ts';
import { getOpenapiRoute } from './get-openapi.http.ts';
import { getStatusRoute } from './get-status.http.ts';
import { listAuditRoute } from './list-audit.http.ts';
import { listChallengesRoute } from './list-challenges.http.ts';
import { listContainersRoute } from './list-containers.http.ts';
import { listImagesRoute } from './list-images.http.ts';
import { listOwnContainersRoute } from './list-own-containers.http.ts';
import { putChallengeRoute } from './put-challenge.http.ts';
import { putControlRoute } from './put-control.http.ts';
import { renewContainerRoute } from './renew-container.http.ts';
import { reportSolveRoute } from './report-solve.http.ts';
import { requestContainerRoute } from './request-container.http.ts';
import { resetContainerRoute } from './reset-container.http.ts';
import type { Route } from './route.ts';
import { stopContainerRoute } from './stop-container.http.ts';

/** The whole HTTP API: what the host registers, what docs/openapi.json describes, what the refusal test goes through. */
export const routes: readonly Route[] = [
  requestContainerRoute,
  listOwnContainersRoute,
  getContainerRoute,
  renewContainerRoute,
  resetContainerRoute,
  checkContainerRoute,
  stopContainerRoute,
  reportSolveRoute,
  putChallengeRoute,
  deleteChallengeRoute,
  deleteOwnerRoute,
  listContainersRoute,
  actOnContainersRoute,
  getLogsRoute,
  listImagesRoute,
  listChallengesRoute,
  listAuditRoute,
  getStatusRoute,
  getControlRoute,
  putControlRoute,
  getHealthRoute,
  getOpenapiRoute,
];
