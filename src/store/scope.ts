/** Where characters and settings hold: a server, or a person's direct messages with the bot. */
export type Scope =
  | { readonly kind: 'guild'; readonly guildId: string }
  | { readonly kind: 'direct'; readonly memberId: string };

const GUILD = 'guild:';
const DIRECT = 'direct:';

export function scopeId(scope: Scope): string {
  return scope.kind === 'guild' ? GUILD + scope.guildId : DIRECT + scope.memberId;
}

export function parseScopeId(id: string): Scope {
  if (id.startsWith(GUILD)) return { kind: 'guild', guildId: id.slice(GUILD.length) };
  if (id.startsWith(DIRECT)) return { kind: 'direct', memberId: id.slice(DIRECT.length) };
  throw new Error(`"${id}" is no scope's id.`);
}
