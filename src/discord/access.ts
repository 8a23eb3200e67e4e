import { UserError } from '../errors/user-error.ts';
import { checkTexts, type FieldText } from '../safety/check-texts.ts';
import type { Asked } from './command.ts';
import { requirePosting } from './permissions.ts';

type Audience = 'everyone' | 'author' | 'roles' | 'moderators';

/**
 * What is refused before anything is stored: who may create here, whether the bot can post the result, and the words.
 * @throws UserError `creating-not-allowed`, `permissions-missing`, `text-refused`
 */
export function requireMayCreate(asked: Asked, texts: readonly FieldText[], beside?: readonly FieldText[]): void {
  requireAudience(asked, asked.settings.creating ?? 'everyone');
  requirePosting(asked.missing, asked.t);
  requireWelcomeTexts(asked, texts, beside);
}

/** @throws UserError `creating-not-allowed`, `moderators-only` */
export function requireMayRedraw(asked: Pick<Asked, 'asker' | 'roles' | 'settings'>, authorId: string): void {
  const { redrawing = 'everyone' } = asked.settings;
  const isAuthor = authorId === asked.asker.memberId;
  if (!isAuthor || redrawing === 'moderators') requireAudience(asked, redrawing);
}

/**
 * Who may post a story again whose message was deleted: it may have been deleted for a reason, and not for this channel.
 * @throws UserError `author-only`, `text-refused`, `permissions-missing`
 */
export function requireMayRepost(
  asked: Asked,
  { authorId }: { readonly authorId: string },
  texts: readonly FieldText[],
) {
  if (authorId !== asked.asker.memberId) requireAudience(asked, 'author');
  requireWelcomeTexts(asked, texts);
  requirePosting(asked.missing, asked.t);
}

/** @param beside what is drawn with them and was let through before. @throws UserError `text-refused` */
export function requireWelcomeTexts(
  { asker, settings }: Pick<Asked, 'asker' | 'settings'>,
  texts: readonly FieldText[],
  beside?: readonly FieldText[],
): void {
  checkTexts(texts, settings, { ageGated: asker.isAgeGated, beside });
}

function requireAudience(
  { asker, roles, settings }: Pick<Asked, 'asker' | 'roles' | 'settings'>,
  audience: Audience,
): void {
  if (audience === 'everyone' || asker.isModerator) return;
  if (audience === 'roles' && roles.some((role) => settings.creatorRoles?.includes(role))) return;
  if (audience === 'roles') {
    throw new UserError('creating-not-allowed', {
      expected: 'somebody with one of the roles that may draw here',
      got: 'somebody without',
      todo: 'Ask a moderator for one of them.',
    });
  }
  throw new UserError(audience === 'author' ? 'author-only' : 'moderators-only', {
    expected: audience === 'author' ? 'whoever made it, or a moderator' : 'a moderator',
    got: 'somebody else',
    todo: 'Ask one of them.',
  });
}
