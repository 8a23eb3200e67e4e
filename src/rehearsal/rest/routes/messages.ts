import { MessageType, type PermissionsString } from 'discord.js';
import { refuse } from '../../discord-error.ts';
import { editMessage, postMessage, publicMessages, removeMessage } from '../../state/messages.ts';
import type { Channel } from '../../state/places.ts';
import type { World } from '../../state/world.ts';
import { checkForm, Field } from '../../validation/field.ts';
import { FormErrors } from '../../validation/form-errors.ts';
import { messageObject } from '../../wire/messages.ts';
import { needPermissions, publicMessage, sendPermission } from '../access.ts';
import { done, ok, type RestCall } from '../call.ts';
import { composeMessage, type MessageBody } from '../compose-message.ts';
import type { Router } from '../router.ts';

/** "The past few minutes" of https://docs.discord.com/developers/resources/message#create-message. */
const NONCE_MEMORY_MS = 5 * 60_000;
const PAGE_LIMIT = { default: 50, max: 100 };

export function addMessageRoutes(router: Router, world: World): void {
  const place = ({ params }: RestCall) => world.channel(params.channel ?? '');
  const show = (message: Parameters<typeof messageObject>[0]) => ok(messageObject(message, world.bot.id));

  router.add('GET', '/channels/:channel/messages', (call) => {
    const channel = place(call);
    needPermissions(world, channel);
    return ok(listMessages(world, channel, call.query));
  });

  router.add('POST', '/channels/:channel/messages', (call) => {
    const channel = place(call);
    needPermissions(world, channel, sendPermission(channel), ...neededFor(call));
    const person = channel.recipientId && world.person(channel.recipientId);
    if (person && !person.acceptsDirectMessages) throw refuse('closedDirectMessages');
    const body = (call.body ?? {}) as MessageBody;
    const nonce = body.nonce === undefined || body.nonce === null ? undefined : String(body.nonce);
    const twin = body.enforce_nonce && nonce !== undefined ? findByNonce(world, channel, nonce) : undefined;
    if (twin) return show(twin);
    const content = composeMessage(world, { json: body, files: call.files }, { channel });
    const reference = replyTo(world, channel, body);
    return show(
      postMessage(world, {
        channelId: channel.id,
        authorId: world.bot.id,
        content: { ...content, ...reference },
        ...(nonce !== undefined && { nonce }),
      }),
    );
  });

  router.add('GET', '/channels/:channel/messages/:message', (call) => {
    const channel = place(call);
    needPermissions(world, channel, 'ReadMessageHistory');
    return show(publicMessage(world, channel, call.params.message ?? ''));
  });

  router.add('PATCH', '/channels/:channel/messages/:message', (call) => {
    const channel = place(call);
    needPermissions(world, channel, ...neededFor(call));
    const message = publicMessage(world, channel, call.params.message ?? '');
    if (message.authorId !== world.bot.id) throw refuse('editOfAnother');
    editMessage(
      world,
      message,
      composeMessage(world, { json: call.body, files: call.files }, { channel, before: message }),
    );
    return show(message);
  });

  router.add('DELETE', '/channels/:channel/messages/:message', (call) => {
    const channel = place(call);
    const message = publicMessage(world, channel, call.params.message ?? '');
    needPermissions(world, channel, ...(message.authorId === world.bot.id ? [] : ['ManageMessages' as const]));
    removeMessage(world, message);
    return done;
  });
}

/** What the body itself asks for. Discord drops embeds without EMBED_LINKS in silence; here it is said aloud. */
function neededFor({ body, files }: RestCall): PermissionsString[] {
  const { embeds } = (body ?? {}) as MessageBody;
  return [
    ...(files.length > 0 ? (['AttachFiles'] as const) : []),
    ...(embeds?.length ? (['EmbedLinks'] as const) : []),
  ];
}

function findByNonce(world: World, channel: Channel, nonce: string) {
  const since = world.clock.now() - NONCE_MEMORY_MS;
  return publicMessages(world, channel.id).find(
    (message) =>
      message.nonce === nonce && message.authorId === world.bot.id && Date.parse(message.wire.timestamp) >= since,
  );
}

function replyTo(world: World, channel: Channel, { message_reference: reference }: MessageBody) {
  if (!reference?.message_id) return {};
  const target = world.messages.get(reference.message_id);
  if (!target || target.channelId !== channel.id) {
    if (reference.fail_if_not_exists === false) return {};
    checkForm({}, (form) =>
      form.at('message_reference').refuse('MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message'),
    );
  }
  return {
    type: MessageType.Reply,
    message_reference: { type: 0, message_id: reference.message_id, channel_id: channel.id, guild_id: channel.guildId },
    referenced_message: target?.wire ?? null,
  };
}

function listMessages(world: World, channel: Channel, query: URLSearchParams) {
  const errors = new FormErrors();
  const given = query.get('limit');
  const form = new Field({ limit: given === null ? undefined : Number(given) }, errors);
  const limit = form.at('limit').integer({ min: 1, max: PAGE_LIMIT.max }) ?? PAGE_LIMIT.default;
  errors.throwIfAny();
  const all = publicMessages(world, channel.id);
  const before = query.get('before');
  const after = query.get('after');
  const around = query.get('around');
  let chosen = all.slice(-limit);
  if (before !== null) chosen = all.filter(({ id }) => BigInt(id) < BigInt(before)).slice(-limit);
  else if (after !== null) chosen = all.filter(({ id }) => BigInt(id) > BigInt(after)).slice(0, limit);
  else if (around !== null) {
    const older = all.filter(({ id }) => BigInt(id) < BigInt(around)).slice(-Math.floor(limit / 2));
    const rest = all.filter(({ id }) => BigInt(id) >= BigInt(around)).slice(0, limit - older.length);
    chosen = [...older, ...rest];
  }
  return chosen.reverse().map((message) => messageObject(message, world.bot.id));
}
