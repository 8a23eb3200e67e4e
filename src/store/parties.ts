import type { Connection } from './prisma-client.ts';
import { type Scope, scopeId } from './scope.ts';

/**
 * Makes sure that the rows of a scope and a member are there and locks them until the transaction ends, so that what
 * is counted for them stays true. Always the scope first: a fixed order can't deadlock.
 */
export async function lockParties(transaction: Connection, scope: Scope, memberId: string): Promise<void> {
  await lockScope(transaction, scope);
  await lockMember(transaction, memberId);
}

export async function lockScope(transaction: Connection, scope: Scope): Promise<void> {
  await transaction.$executeRaw`INSERT INTO "Scope" ("id") VALUES (${scopeId(scope)})
    ON CONFLICT ("id") DO UPDATE SET "lastServed" = "Scope"."lastServed"`;
}

export async function lockMember(transaction: Connection, memberId: string): Promise<void> {
  await transaction.$executeRaw`INSERT INTO "Member" ("id") VALUES (${memberId})
    ON CONFLICT ("id") DO UPDATE SET "lastServed" = "Member"."lastServed"`;
}
