import type { Mutant } from './mutant.ts';

const containers = 'src/core/containers';
const targets = 'src/core/targets';

/** Every rule that the lifecycle's safety stands on, broken by itself. */
export const mutants: readonly Mutant[] = [
  // Every write carries the ETag it read.
  {
    name: 'a claim writes over whatever is there by then',
    file: `${containers}/request-container.ts`,
    find: `version: replaced?.version },
    { do: 'put', kind: 'quota', value: quota, version: rows.quota?.version },`,
    replace: `version: (await life.containers.read(key, container.challenge))?.version },
    { do: 'put', kind: 'quota', value: quota, version: (await life.containers.readOwner(key)).quota?.version },`,
    seed: 1,
  },
  {
    name: 'a claim writes over the quota as it is by then',
    file: `${containers}/request-container.ts`,
    find: `value: quota, version: rows.quota?.version },`,
    replace: `value: quota, version: (await life.containers.readOwner(key)).quota?.version },`,
    seed: 1,
  },
  {
    name: 'provisioning begins whatever the row is by then',
    file: `${containers}/provision-container.ts`,
    find: `detail: slot.value.target }),
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },`,
    replace: `detail: slot.value.target }),
  };
  const latest = await life.containers.read(keyOf(next), next.challenge);
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: latest?.version },`,
    seed: 2,
  },
  {
    name: 'a container is written as running whatever its row is by then',
    file: `${containers}/settle.ts`,
    find: `value: running, version: row.version },`,
    replace: `value: running, version: (await life.containers.read(keyOf(running), running.challenge))?.version },`,
    seed: 86,
  },
  {
    name: 'a stop takes the row away whatever it is by then',
    file: `${containers}/retire.ts`,
    find: `key: found.value.challenge, version: found.version },`,
    replace: `key: found.value.challenge,
      version: (await life.containers.read(retirement, retirement.challenge))?.version ?? '' },`,
    seed: 11,
  },
  {
    name: 'a reservation writes over the ledger as it is by then',
    file: `${targets}/reservations.ts`,
    find: `{ do: 'put', kind: 'ledger', value: place.ledger, version: ledger.version },`,
    replace: `{ do: 'put', kind: 'ledger', value: place.ledger, version: (await ledgerOf(life, target)).version },`,
    seed: 3,
  },
  {
    name: 'a lost write is taken for won',
    file: `${containers}/retire.ts`,
    find: `return committed.outcome === 'lost' ? lost : won(debt);`,
    replace: `return won(debt);`,
    seed: 4,
  },
  // Row first, then message; row first, then backend.
  {
    name: 'a claim sends its message before it writes the row, and never again',
    file: `${containers}/request-container.ts`,
    find: `  const committed = await life.containers.commit(key, [
    { do: 'put', kind: 'container', value: container, version: replaced?.version },
    { do: 'put', kind: 'quota', value: quota, version: rows.quota?.version },
  ]);
  return committed.outcome === 'lost' ? lost : won({ container, created: true });`,
    replace: `  await hint(life, provisionMessage(container));
  const committed = await life.containers.commit(key, [
    { do: 'put', kind: 'container', value: container, version: replaced?.version },
    { do: 'put', kind: 'quota', value: quota, version: rows.quota?.version },
  ]);
  return committed.outcome === 'lost' ? lost : won({ container, created: false });`,
    seed: 1,
  },
  {
    name: 'a stop announces its debt before it writes it',
    file: `${containers}/retire.ts`,
    find: `  const committed = await life.containers.commit(keyOf(found.value), [`,
    replace: `  if (debt) await announceDebt(life, debt);
  const committed = await life.containers.commit(keyOf(found.value), [`,
    seed: 1,
  },
  {
    name: 'the backend is called before the row says so',
    file: `${containers}/provision-container.ts`,
    find: `detail: slot.value.target }),
  };
`,
    replace: `detail: slot.value.target }),
  };
  void attemptCreate(life, { value: next, version: row.version }, slot).catch(() => undefined);
`,
    seed: 1,
  },
  // Only a proven 404 means gone, and only after createUntil.
  {
    name: 'a removal without an answer is taken for gone',
    file: `${containers}/release-container.ts`,
    find: `    return notYet(Math.max(asked, releaseDelay(debt.turn)), \`\${error.code}: \${error.message}\`.slice(0, 500));`,
    replace: `    return { gone: true, asked };`,
    seed: 1,
  },
  {
    name: 'a removal that has begun is taken for done',
    file: `${containers}/release-container.ts`,
    find: `return answer === 'gone' ? { gone: true }`,
    replace: `return answer === 'gone' || answer === 'going' ? { gone: true }`,
    seed: 1,
  },
  {
    name: 'a 404 is trusted while a create may still land',
    file: `${containers}/release-container.ts`,
    find: `  if (open > 0) return notYet(Math.max(open, delay), 'a create may still land');
`,
    replace: '',
    seed: 14,
  },
  {
    name: 'what is on a target that is not configured is taken for gone',
    file: `${containers}/release-container.ts`,
    find: `if (backend === undefined) return notYet(periods.lostMessage, \`\${debt.placed.target} is not configured\`);`,
    replace: `if (backend === undefined) return { gone: true };`,
    seed: 1,
  },
  {
    name: 'a removal from a target that is not configured throws',
    file: `${containers}/release-container.ts`,
    find: `  if (backend === undefined) return notYet(periods.lostMessage, \`\${debt.placed.target} is not configured\`);`,
    replace: `  if (backend === undefined) {
    throw new (await import('../errors.ts')).BerthError('storage_unavailable', 'There is no such target.');
  }`,
    seed: 1,
  },
  {
    name: 'a create without an answer is taken for refused',
    file: `${containers}/attempt-create.ts`,
    find: `const isRefusal = fault.kind !== 'retryable' && !row.value.unsure;`,
    replace: `const isRefusal = true;`,
    seed: 3,
  },
  {
    name: 'a refusal after a create without an answer is taken for the whole truth',
    file: `${containers}/attempt-create.ts`,
    find: `const isRefusal = fault.kind !== 'retryable' && !row.value.unsure;`,
    replace: `const isRefusal = fault.kind !== 'retryable';`,
    seed: 10,
  },
  {
    name: 'an accepted create closes the window of one that may still land',
    file: `${containers}/attempt-create.ts`,
    find: `    ...(row.value.unsure && createUntil !== undefined && { createUntil }),
`,
    replace: '',
    seed: 3,
  },
  {
    name: 'a container that runs closes the window of a create that may still land',
    file: `${containers}/settle.ts`,
    find: `    ...(unsure && createUntil !== undefined && { createUntil }),
`,
    replace: '',
    seed: 36,
  },
  {
    name: 'a stop forgets until when a create may land',
    file: `${containers}/retire.ts`,
    find: `, ...(row.createUntil !== undefined && { createUntil: row.createUntil }) };`,
    replace: ` };`,
    seed: 14,
  },
  {
    name: 'a create leaves after its window was nearly over',
    file: `${containers}/attempt-create.ts`,
    find: `  return life.clock.now() > writtenAt + periods.createLeavesWithin;`,
    replace: `  return life.clock.now() < writtenAt;`,
    seed: 150,
  },
  {
    name: 'another create goes out in the window of the first',
    file: `${containers}/provision-container.ts`,
    find: `    createUntil: now + periods.createWindow,
    unsure: true,`,
    replace: `    unsure: true,`,
    seed: 3,
  },
  // The row is the truth: a consumer acts only if id and state match.
  {
    name: 'a message is taken to be about whatever container is there',
    file: `${containers}/provision-container.ts`,
    find: `if (!row || row.value.id !== message.id) return leftBehind(life, message);`,
    replace: `if (!row) return leftBehind(life, message);`,
    seed: 1,
  },
  {
    name: 'an older message of a start is acted on',
    file: `${containers}/provision-container.ts`,
    find: `  if (message.turn !== undefined && message.turn < value.turn) return stale('a newer message has taken over');
`,
    replace: '',
    seed: 1,
  },
  {
    name: 'an older message of a release is acted on',
    file: `${containers}/release-container.ts`,
    find: `  if (message.turn < debt.value.turn) return stale('a newer message has taken over');
`,
    replace: '',
    seed: 1,
  },
  {
    name: 'an older chain of a watch goes on beside the new one',
    file: `${targets}/watch-target.ts`,
    find: `if (!watch?.value.active || watch.value.sequence !== message.sequence) return`,
    replace: `if (!watch?.value.active) return`,
    seed: 1,
  },
  {
    name: 'a start that is sent again keeps the turn of its message',
    file: `${containers}/provision-container.ts`,
    find: `    line,
    turn: row.value.turn + 1,`,
    replace: `    line,
    turn: row.value.turn,`,
    seed: 1,
  },
  {
    name: 'the expiry that was read is not looked at again',
    file: `${containers}/expire-due.ts`,
    find: `reason: 'expired', when: over })`,
    replace: `reason: 'expired' })`,
    seed: 48,
  },
  {
    name: 'a slot is given back although its row still wants it',
    file: `${containers}/provision-container.ts`,
    find: `  if (now?.value.id === row.id) return stale('another message moved the row');
`,
    replace: '',
    seed: 1,
  },
  // Leaving a container id leaves a debt.
  {
    name: 'a stop leaves no debt',
    file: `${containers}/retire.ts`,
    find: `    ...(debt ? [{ do: 'put', kind: 'debt', value: debt } as const] : []),
`,
    replace: '',
    seed: 1,
  },
  {
    name: 'a failure leaves no debt',
    file: `${containers}/fail-container.ts`,
    find: `    ...(debt ? [{ do: 'put', kind: 'debt', value: debt } as const] : []),
`,
    replace: '',
    seed: 2,
  },
  {
    name: 'a reset leaves no debt',
    file: `${containers}/reset-container.ts`,
    find: `    ...(debt ? [{ do: 'put', kind: 'debt', value: debt } as const] : []),
`,
    replace: '',
    seed: 1,
  },
  {
    name: 'a reset goes on under the same container id',
    file: `${containers}/reset-container.ts`,
    find: `const fresh = claim(life, request, challenge);`,
    replace: `const { id, name } = old.value;
    const fresh = { ...claim(life, request, challenge), id, name };`,
    seed: 1,
  },
  // Everything has a dueAt, and what is due is brought back.
  {
    name: 'a start whose message was lost is not sent again',
    file: `${containers}/expire-due.ts`,
    find: `      if (await resendQueued(life, { value, version })) pass.resent += 1;
      return;`,
    replace: `      return;`,
    seed: 26,
  },
  {
    name: 'a release whose message was lost is not sent again',
    file: `${containers}/expire-due.ts`,
    find: `else if (await resendRelease(life, due.row)) pass.resent += 1;`,
    replace: `else pass.resent += 0;`,
    seed: 3,
  },
  {
    name: 'a message is taken for lost only after a quarter of an hour',
    file: 'src/core/periods.ts',
    find: `  lostMessage: minutes(1),`,
    replace: `  lostMessage: minutes(15),`,
    seed: 3,
  },
  {
    name: 'a start past its deadline goes on',
    file: `${containers}/expire-due.ts`,
    find: `container.state === 'provisioning' && container.deadline <= now;`,
    replace: `container.state === 'provisioning' && container.deadline <= 0 * now;`,
    seed: 8,
  },
  {
    name: 'a container past its expiry goes on',
    file: `${containers}/expire-due.ts`,
    find: `(container.expiresAt ?? Infinity) <= now;`,
    replace: `(container.expiresAt ?? Infinity) <= 0 * now;`,
    seed: 1,
  },
  {
    name: 'a row is stored without its dueAt',
    file: 'src/storage/container-rows.ts',
    find: `return { state, challenge, ...(dueAt !== undefined && { dueAt }), ...bodyColumns(value) };`,
    replace: `return { state, challenge, ...bodyColumns(value) };`,
    seed: 1,
  },
  {
    name: 'a watch that died with its host is taken for ticking',
    file: `${targets}/ensure-watch.ts`,
    find: `if (watch?.value.active && now - watch.value.beatAt < periods.watchDead) return;`,
    replace: `if (watch?.value.active) return;`,
    seed: 1,
  },
  {
    name: 'a create whose host died is not tried again',
    file: `${targets}/watch-target.ts`,
    find: `  if (life.clock.now() >= overdueAt(row.value)) await createAgain(life, row);
`,
    replace: '',
    seed: 158,
  },
  {
    name: 'a poisoned start leaves its player waiting',
    file: `${containers}/drain-poison.ts`,
    find: `  if (waiting && current) {`,
    replace: `  if (waiting && !current) {`,
    seed: 9,
  },
  // Lists: complete or nothing, and only ours.
  {
    name: 'a target whose list failed is taken for empty',
    file: `${containers}/reconcile.ts`,
    find: `      pass.unreachableTargets.push(target.name);`,
    replace: `      for (const row of runningOn(known, target)) await failContainer(life, row.value, disappeared);`,
    seed: 2,
  },
  {
    name: 'a debt that is tried again keeps the turn of its message',
    file: `${containers}/release-container.ts`,
    find: `    turn: debt.value.turn + 1,`,
    replace: `    turn: debt.value.turn,`,
    seed: 2,
  },
  {
    name: 'a poisoned release settles its debt',
    file: `${containers}/drain-poison.ts`,
    find: `  if (message.kind === 'provision') await unlessUnreadable`,
    replace: `  if (message.kind === 'release') {
    const debt = await life.containers.readDebt(message, message.id);
    const { quota } = await life.containers.readOwner(message);
    const drop = { do: 'drop', kind: 'debt', key: message.id, version: debt?.version ?? '' };
    const retiring = (quota?.value.retiring ?? 0) - (debt?.value.counted ? 1 : 0);
    const counted = { do: 'put', kind: 'quota', value: { ...quota?.value, retiring }, version: quota?.version };
    if (debt) await life.containers.commit(message, [drop, counted]);
  }
  if (message.kind === 'provision') await unlessUnreadable`,
    seed: 4,
  },
  {
    name: 'what one list does not show is taken for lost',
    file: `${containers}/reconcile.ts`,
    find: `      seen ? onSeen(life, row, seen.observation, pass) : onMissing(life, backend, row, pass),`,
    replace: `      seen ? onSeen(life, row, seen.observation, pass) : failContainer(life, row.value, disappeared),`,
    seed: 69,
  },
  {
    name: 'a container that is gone is never found lost',
    file: `${containers}/reconcile.ts`,
    find: `  if (await failContainer(life, row.value, disappeared, (fresh) => fresh.state === 'running')) pass.lost += 1;
`,
    replace: '',
    seed: 8,
  },
  {
    name: 'an orphan is adopted by a scan that may be older than its row',
    file: `${containers}/reconcile.ts`,
    find: `    if (await unlessUnreadable(life, () => isOrphan(life, target, backend, suspect))) orphans.push(suspect);`,
    replace: `    orphans.push(suspect);`,
    seed: 35,
  },
  {
    name: 'an orphan is adopted at once, by a scan that may be older than its row',
    file: `${containers}/reconcile.ts`,
    find: `    if (labels.createdAt > oldEnough || known.debts.has(labels.containerId)) return false;
    return !belongsHere(known.containers.get(labels.containerId)?.value, target);
  });
  await inParallel(suspects, width, async (suspect) => {
    if (await unlessUnreadable(life, () => isOrphan(life, target, backend, suspect))) orphans.push(suspect);`,
    replace: `    return !known.debts.has(labels.containerId) &&
      !belongsHere(known.containers.get(labels.containerId)?.value, target);
  });
  await inParallel(suspects, width, async (suspect) => {
    orphans.push(suspect);`,
    seed: 3,
  },
  {
    name: 'an orphan is left where it is',
    file: `${containers}/reconcile.ts`,
    find: `  await inParallel(orphans, width, (orphan) => adopt(life, target, orphan));
`,
    replace: '',
    seed: 2,
  },
  {
    name: 'what another deployment created is listed and handed over as ours',
    file: 'test/simulation/engine.ts',
    find: `  return origin === 'foreign';`,
    replace: `  return false;`,
    seed: 2,
  },
  {
    name: 'what is created carries no deployment that is ours',
    file: `${containers}/attempt-create.ts`,
    find: `deployment: life.settings.deployment,`,
    replace: `deployment: event,`,
    seed: 1,
  },
  // Reservations: never without one, never beyond a limit, in order.
  {
    name: 'a start that was told to wait goes ahead without a slot',
    file: `${containers}/provision-container.ts`,
    find: `  if (held.kind === 'wait') {`,
    replace: `  if (held.kind === 'wait') {
    const seat = { ...held.slot, kind: 'inflight', startAt: now, reservedAt: now, freeAt: now } as const;
    if (now > 0) return begin(life, row, { value: seat, version: '' }, held.typicalMs);`,
    seed: 1,
  },
  {
    name: 'one group more than a target takes',
    file: `${targets}/ledger.ts`,
    find: `if (ledger.groups + 1 > limits.groups) return false;`,
    replace: `if (ledger.groups > limits.groups) return false;`,
    seed: 1,
  },
  {
    name: 'cores are not counted',
    file: `${targets}/ledger.ts`,
    find: `ledger.cpu + demand.cpu <= limits.cores + 1e-9;`,
    replace: `ledger.cpu <= limits.cores + demand.cpu;`,
    seed: 1,
  },
  {
    name: 'one start more in a window than a target takes',
    file: `${targets}/ledger.ts`,
    find: `const oldest = starts[starts.length - most];`,
    replace: `const oldest = starts[starts.length - most - 1];`,
    seed: 1,
  },
  {
    name: 'a start taken late counts as if it had been in time',
    file: `${targets}/reservations.ts`,
    find: `if (target === undefined || !needsAnother(life, slot.value, spent)) return slot;`,
    replace: `if (target !== null) return slot;`,
    seed: 4,
  },
  {
    name: 'a later asker gets an earlier start',
    file: `${targets}/ledger.ts`,
    find: `    ledger.starts.at(-1) ?? 0,
`,
    replace: '',
    seed: 7,
  },
  {
    name: 'a new start goes past those in line',
    file: `${targets}/ledger.ts`,
    find: `const mayStart = returned || ledger.waiting === 0;`,
    replace: `const mayStart = true;`,
    seed: 1,
  },
  {
    name: 'the last in line goes first',
    file: 'src/storage/target-rows.ts',
    find: `String(ticket).padStart(12, '0')`,
    replace: `String(1e11 - ticket)`,
    seed: 1,
  },
  {
    name: 'a slot is given back and stays in the ledger',
    file: `${targets}/ledger.ts`,
    find: `groups: Math.max(0, ledger.groups - 1),`,
    replace: `groups: ledger.groups,`,
    seed: 1,
  },
  {
    name: 'a start counts twice in the ledger',
    file: `${targets}/ledger.ts`,
    find: `groups: ledger.groups + 1,`,
    replace: `groups: ledger.groups + 2,`,
    seed: 1,
  },
  {
    name: 'a released container keeps its slot',
    file: `${containers}/release-container.ts`,
    find: `  await creditSlot(life, proven);
`,
    replace: '',
    seed: 1,
  },
  {
    name: 'a start at a target that is gone waits there',
    file: `${containers}/provision-container.ts`,
    find: `  if (line.step !== 'new' && configured(life, line.target) === undefined) return goElsewhere(life, row, line);
`,
    replace: '',
    seed: 60,
  },
  // The quota.
  {
    name: 'one container more than the quota',
    file: `${containers}/quota.ts`,
    find: `if (quota.active + 1 > rules.containers) {`,
    replace: `if (quota.active > rules.containers) {`,
    seed: 1,
  },
  {
    name: 'a start/stop loop gains containers',
    file: `${containers}/quota.ts`,
    find: `  refuseWhileCleaningUp(quota, rules);
  const`,
    replace: `  const`,
    seed: 2,
  },
  {
    name: 'a release is never uncounted',
    file: `${containers}/quota.ts`,
    find: `retiring: Math.max(0, quota.retiring - 1)`,
    replace: `retiring: quota.retiring`,
    seed: 1,
  },
  // Moments: later starts are left alone.
  {
    name: 'the removal of an owner takes what was started after it',
    file: `${containers}/organise.ts`,
    find: `{ owner, requestedBy: at }`,
    replace: `{ owner }`,
    seed: 76,
  },
  {
    name: 'a solve takes what was started after it',
    file: `${containers}/solve.ts`,
    find: `  if (!found || found.value.requestedAt > request.solvedAt) return 'nothing';
  const { releaseOnSolve } = found.value.spec;
  if (releaseOnSolve.when === 'no') return 'kept';
  if (releaseOnSolve.when === 'after' && found.value.state === 'running') {
    return shorten(life, request, seconds(releaseOnSolve.seconds));
  }
  const gone = await retire(life, { ...request, reason: 'solved', requestedBy: request.solvedAt });`,
    replace: `  if (!found) return 'nothing';
  const gone = await retire(life, { ...request, reason: 'solved' });`,
    seed: 6,
  },
  // The audit holds every step.
  {
    name: 'a release is not audited',
    file: `${containers}/release-container.ts`,
    find: `  await auditHistory(life, [{ ...proven, history: withEntry(proven.history, 'released', life.clock.now()) }]);
`,
    replace: '',
    seed: 1,
  },
  {
    name: 'a debt goes although the audit could not be written',
    file: `${containers}/release-container.ts`,
    find: `history: withEntry(proven.history, 'released', life.clock.now()) }]);`,
    replace: `history: withEntry(proven.history, 'released', life.clock.now()) }]).catch(() => undefined);`,
    seed: 1,
  },
  {
    name: 'two steps of a kind share one entry of the audit',
    file: 'src/core/audit.ts',
    find: `String(index).padStart(3, '0')`,
    replace: `'000'`,
    seed: 1,
  },
];
