/** A waiting job, as far as its turn depends on it. */
export interface WaitingJob {
  readonly id: string;
  readonly priority: number;
  readonly memberId: string;
  readonly scopeId: string;
  readonly createdAt: Date;
}

/** The turns at which members and scopes were last served; who isn't there never was. */
export interface LastServed {
  readonly members: ReadonlyMap<string, bigint>;
  readonly scopes: ReadonlyMap<string, bigint>;
}

/**
 * The order in which waiting jobs get their turns if nothing is added and no running cap holds one up:
 * 1. jobs that have waited since before `impatientBefore` come before all others, whatever their priority, so that no
 *    priority starves another;
 * 2. the higher priority first;
 * 3. the member who was served least recently;
 * 4. the scope that was served least recently;
 * 5. the older job; ties go by id.
 * Each turn counts as serving, so members alternate. JobLeases.claimNext states the same as a query; a test holds the
 * two together.
 */
export function fairOrder(waiting: readonly WaitingJob[], lastServed: LastServed, impatientBefore: Date): WaitingJob[] {
  const members = new Map(lastServed.members);
  const scopes = new Map(lastServed.scopes);
  let turn = [...members.values(), ...scopes.values()].reduce(
    (latest, served) => (served > latest ? served : latest),
    0n,
  );
  const left = new Set(waiting);
  const order: WaitingJob[] = [];
  const isBefore = (a: WaitingJob, b: WaitingJob): boolean => {
    const impatient = Number(b.createdAt < impatientBefore) - Number(a.createdAt < impatientBefore);
    if (impatient !== 0) return impatient < 0;
    // Among the impatient ones, priorities don't count.
    if (a.createdAt >= impatientBefore && a.priority !== b.priority) return a.priority > b.priority;
    const byMember = compare(members.get(a.memberId) ?? 0n, members.get(b.memberId) ?? 0n);
    const byScope = compare(scopes.get(a.scopeId) ?? 0n, scopes.get(b.scopeId) ?? 0n);
    return (byMember || byScope || a.createdAt.getTime() - b.createdAt.getTime() || compare(a.id, b.id)) < 0;
  };
  while (left.size > 0) {
    let next: WaitingJob | undefined;
    for (const job of left) if (next === undefined || isBefore(job, next)) next = job;
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
    turn += 1n;
    members.set(next.memberId, turn);
    scopes.set(next.scopeId, turn);
  }
  return order;
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
