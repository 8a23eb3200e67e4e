import { refuse } from '../../discord-error.ts';
import { addReaction, clearReactions, MAX_REACTIONS, removeReaction } from '../../state/messages.ts';
import type { World } from '../../state/world.ts';
import { isUnicodeEmoji } from '../../validation/component-parts.ts';
import { userObject } from '../../wire/people.ts';
import { needPermissions, publicMessage } from '../access.ts';
import { done, ok, type RestCall } from '../call.ts';
import type { Router } from '../router.ts';

export function addReactionRoutes(router: Router, world: World): void {
  const base = '/channels/:channel/messages/:message/reactions';
  const target = ({ params }: RestCall) => {
    const channel = world.channel(params.channel ?? '');
    needPermissions(world, channel);
    const emoji = params.emoji ?? '';
    // The room has no emoji of its own; Discord, too, answers 10014 to emoji of servers where the bot is not.
    if (params.emoji !== undefined && !isUnicodeEmoji(emoji)) throw refuse('unknownEmoji');
    return { channel, message: publicMessage(world, channel, params.message ?? ''), emoji };
  };

  router.add('PUT', `${base}/:emoji/@me`, (call) => {
    const { channel, message, emoji } = target(call);
    const known = message.reactions.has(emoji);
    needPermissions(world, channel, 'ReadMessageHistory', ...(known ? [] : ['AddReactions' as const]));
    if (!known && message.reactions.size >= MAX_REACTIONS) throw refuse('tooManyReactions');
    addReaction(world, message, emoji, world.bot.id);
    return done;
  });

  router.add('DELETE', `${base}/:emoji/@me`, (call) => {
    const { message, emoji } = target(call);
    removeReaction(world, message, emoji, world.bot.id);
    return done;
  });

  router.add('DELETE', `${base}/:emoji/:user`, (call) => {
    const { channel, message, emoji } = target(call);
    const userId = call.params.user ?? '';
    if (userId !== world.bot.id) needPermissions(world, channel, 'ManageMessages');
    world.person(userId);
    removeReaction(world, message, emoji, userId);
    return done;
  });

  router.add('DELETE', `${base}/:emoji`, (call) => {
    const { channel, message, emoji } = target(call);
    needPermissions(world, channel, 'ManageMessages');
    clearReactions(world, message, emoji);
    return done;
  });

  router.add('DELETE', base, (call) => {
    const { channel, message } = target(call);
    needPermissions(world, channel, 'ManageMessages');
    clearReactions(world, message);
    return done;
  });

  router.add('GET', `${base}/:emoji`, (call) => {
    const { message, emoji } = target(call);
    return ok([...(message.reactions.get(emoji) ?? [])].map((id) => userObject(world.person(id))));
  });
}
