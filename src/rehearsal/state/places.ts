export interface Person {
  readonly id: string;
  /** Short lower-case name by which tests and the page call the person. */
  readonly key: string;
  readonly name: string;
  readonly bot: boolean;
  readonly locale: string;
  acceptsDirectMessages: boolean;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly position: number;
  readonly colour: number;
}

/** What a role or member may do in one channel beyond or below its roles. */
export interface Overwrite {
  readonly id: string;
  readonly of: 'role' | 'member';
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface Member {
  readonly userId: string;
  readonly roleIds: string[];
  readonly joinedAt: string;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  ownerId: string;
  readonly locale: string;
  /** Boost tier: decides the upload limit. */
  premiumTier: 0 | 1 | 2 | 3;
  /** The role with the guild's own id is everyone's. */
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
}

export interface Channel {
  readonly id: string;
  readonly kind: 'text' | 'thread' | 'dm';
  readonly name: string;
  readonly topic: string;
  readonly position: number;
  readonly ageGated: boolean;
  readonly guildId?: string;
  /** Of a thread: the channel it hangs from, whose overwrites hold for it too. */
  readonly parentId?: string;
  /** Of direct messages: the person at the other end of the bot. */
  readonly recipientId?: string;
  readonly overwrites: Map<string, Overwrite>;
}

const MIB = 1024 * 1024;

/** Bytes per file by boost tier, https://support.discord.com/hc/articles/360028038352. */
export function uploadLimit(guild: Guild | undefined): number {
  return [10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB][guild?.premiumTier ?? 0] ?? 10 * MIB;
}
