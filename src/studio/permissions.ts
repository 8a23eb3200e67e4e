import { UserError } from '../errors/user-error.ts';
import type { Character } from '../store/characters.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { Job } from '../store/job.ts';
import { notFound } from '../store/not-found.ts';
import { type Scope, scopeId } from '../store/scope.ts';
import type { Story } from '../store/stories.ts';
import type { Asker } from './studio.ts';

/** What belongs to another server isn't there. @throws UserError `character-not-found` … */
export function assertInScope(
  asker: Asker,
  what: 'character' | 'story' | 'job',
  { id, scope }: { readonly id: string; readonly scope: Scope },
): void {
  if (scopeId(scope) !== scopeId(asker.scope)) throw notFound(what, id);
}

/** Only its maker and moderators change a character. @throws UserError `character-not-found`, `character-not-yours` */
export function assertMayChange(asker: Asker, character: Character): void {
  assertInScope(asker, 'character', character);
  if (asker.isModerator || character.ownerId === asker.memberId) return;
  throw new UserError('character-not-yours', {
    expected: 'a character that you made',
    got: `${character.name}, whom somebody else made`,
    todo: 'Ask the maker or a moderator, or create a character of your own.',
    name: character.name,
    ownerId: character.ownerId,
  });
}

/** Only retired ones: nobody begins a story with them meanwhile. @throws UserError those of assertMayChange, `character-active` */
export function assertMayRemove(asker: Asker, character: Character): void {
  assertMayChange(asker, character);
  if (character.status === 'retired') return;
  throw new UserError('character-active', {
    expected: 'a character that is retired',
    got: `${character.name}, who isn't`,
    todo: 'Retire the character first: /character retire.',
    name: character.name,
  });
}

/** Only its author and moderators delete a story. @throws UserError `story-not-found`, `author-only` */
export function assertMayDelete(asker: Asker, story: Story): void {
  assertInScope(asker, 'story', story);
  if (asker.isModerator || story.authorId === asker.memberId) return;
  throw new UserError('author-only', {
    expected: 'whoever made it, or a moderator',
    got: 'somebody else',
    todo: 'Ask one of them.',
  });
}

/** Who may draw in a story is a setting. @throws UserError `story-not-found`, `story-not-yours` */
export function assertMayDraw(asker: Asker, story: Story, { redrawing = 'everyone' }: GuildSettings): void {
  assertInScope(asker, 'story', story);
  if (asker.isModerator || redrawing === 'everyone') return;
  if (redrawing === 'author' && story.authorId === asker.memberId) return;
  // Roles are known to Discord alone: whoever passes requests on from there has looked (src/discord/access.ts).
  if (redrawing === 'roles') return;
  throw new UserError('story-not-yours', {
    expected: redrawing === 'author' ? 'the author of the story or a moderator' : 'a moderator',
    got: 'somebody else',
    todo: 'Vary the story to have one of your own, or ask a moderator: /settings says who may redraw.',
    redrawing,
  });
}

/** @throws UserError `job-not-found`, `job-not-yours` */
export function assertMayCancel(asker: Asker, job: Job): void {
  assertInScope(asker, 'job', job);
  if (asker.isModerator || job.memberId === asker.memberId) return;
  throw new UserError('job-not-yours', {
    expected: 'a drawing that you asked for',
    got: "somebody else's",
    todo: 'Ask that member or a moderator to cancel it.',
  });
}
