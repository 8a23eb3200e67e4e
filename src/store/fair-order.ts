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
  const turns = new Turns(lastServed);
  const byRank = groupBy(waiting, (job) => (job.createdAt < impatientBefore ? Number.POSITIVE_INFINITY : job.priority));
  const ranks = [...byRank.keys()].sort((a, b) => (a < b ? 1 : -1));
  return ranks.flatMap((rank) => orderOfRank(byRank.get(rank) ?? [], turns));
}

/** Rules 3 to 5. Of a member's jobs in a scope only the oldest can be next, so only those are compared. */
function orderOfRank(jobs: readonly WaitingJob[], turns: Turns): WaitingJob[] {
  const lines = [...groupBy(jobs, ({ memberId, scopeId }) => JSON.stringify([memberId, scopeId])).values()].map(
    (line) => ({
      jobs: line.sort(compareAges).reverse(),
      member: turns.member(line[0]?.memberId),
      scope: turns.scope(line[0]?.scopeId),
    }),
  );
  const order: WaitingJob[] = [];
  for (;;) {
    let next: { head: WaitingJob; line: (typeof lines)[number] } | undefined;
    for (const line of lines) {
      const head = line.jobs.at(-1);
      if (head === undefined) continue;
      const isNext =
        next === undefined ||
        (line.member.served - next.line.member.served ||
          line.scope.served - next.line.scope.served ||
          compareAges(head, next.head)) < 0;
      if (isNext) next = { head, line };
    }
    if (next === undefined) return order;
    next.line.jobs.pop();
    order.push(next.head);
    turns.serve(next.line.member, next.line.scope);
  }
}

/** A member or a scope, with the turn at which it was last served. */
interface Party {
  served: number;
}

/** Who was served when, going on from what the database knows. A number is enough for 2^53 turns. */
class Turns {
  readonly #members: Map<string, Party>;
  readonly #scopes: Map<string, Party>;
  #turn = 0;

  constructor({ members, scopes }: LastServed) {
    this.#members = this.#read(members);
    this.#scopes = this.#read(scopes);
  }

  member(id = ''): Party {
    return entry(this.#members, id);
  }

  scope(id = ''): Party {
    return entry(this.#scopes, id);
  }

  serve(...parties: Party[]): void {
    this.#turn++;
    for (const party of parties) party.served = this.#turn;
  }

  #read(lastServed: ReadonlyMap<string, bigint>): Map<string, Party> {
    return new Map(
      [...lastServed].map(([id, turn]) => {
        this.#turn = Math.max(this.#turn, Number(turn));
        return [id, { served: Number(turn) }];
      }),
    );
  }
}

function entry(parties: Map<string, Party>, id: string): Party {
  const party = parties.get(id) ?? { served: 0 };
  parties.set(id, party);
  return party;
}

function compareAges(a: WaitingJob, b: WaitingJob): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
