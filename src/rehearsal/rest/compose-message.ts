import { type APIAttachment, type APIMessage, type APIMessageTopLevelComponent, MessageFlags } from 'discord.js';
import { refuse } from '../discord-error.ts';
import type { StoredMessage } from '../state/messages.ts';
import { type Channel, uploadLimit } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { checkForm } from '../validation/field.ts';
import { checkMessage } from '../validation/message.ts';
import type { RequestBody } from './call.ts';
import { findMentions } from './mentions.ts';
import { identifyComponents, resolveMedia } from './resolve-media.ts';

export interface MessageBody {
  readonly content?: string | null;
  readonly embeds?: APIMessage['embeds'] | null;
  readonly components?: APIMessageTopLevelComponent[] | null;
  readonly attachments?: { id: string | number; filename?: string; description?: string }[] | null;
  readonly flags?: number | null;
  readonly nonce?: string | number | null;
  readonly enforce_nonce?: boolean;
  readonly allowed_mentions?: { parse?: string[]; users?: string[]; roles?: string[]; replied_user?: boolean };
  readonly message_reference?: { message_id?: string; fail_if_not_exists?: boolean };
}

export interface ComposeContext {
  readonly channel: Channel;
  /** The message to be edited. */
  readonly before?: StoredMessage;
  /** Flags that this route lets a bot set, such as Ephemeral. */
  readonly extraFlags?: number;
}

/**
 * Validates a message as Discord would and makes what will be stored of it; files go to the shelf.
 * @throws DiscordError 50035, 50006 or 40005.
 */
export function composeMessage(world: World, request: RequestBody, context: ComposeContext): Partial<APIMessage> {
  const body = (request.json ?? {}) as MessageBody;
  const { channel, before, extraFlags } = context;
  const limit = uploadLimit(world.guildOf(channel));
  if (request.files.some(({ bytes }) => bytes.byteLength > limit)) throw refuse('tooLarge');
  const old = before?.wire;
  checkForm(body, (form) => {
    checkMessage(form, {
      uploaded: request.files.map(({ name }) => name),
      ...(old && { before: { flags: old.flags ?? 0, attachments: old.attachments } }),
      ...(extraFlags !== undefined && { extraFlags }),
    });
    const turnsV2 =
      (body.flags ?? 0) & MessageFlags.IsComponentsV2 && !((old?.flags ?? 0) & MessageFlags.IsComponentsV2);
    if (turnsV2 && body.content === undefined && old?.content) {
      form.at('content').refuse('MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', 'Set content to null first');
    }
  });

  const attachments = composeAttachments(world, request, body, old?.attachments ?? []);
  const content = body.content === undefined ? (old?.content ?? '') : (body.content ?? '');
  const embeds = resolveMedia(body.embeds === undefined ? (old?.embeds ?? []) : (body.embeds ?? []), attachments);
  const givenComponents = body.components === undefined ? (old?.components ?? []) : (body.components ?? []);
  const components = identifyComponents(resolveMedia(givenComponents, attachments));
  if (!content && embeds.length === 0 && components.length === 0 && attachments.length === 0)
    throw refuse('emptyMessage');
  const kept = (old?.flags ?? 0) & ~MessageFlags.Loading;
  return {
    content,
    embeds,
    components,
    attachments,
    flags: (kept | (body.flags ?? 0)) as MessageFlags,
    ...findMentions(world, channel, content, body.allowed_mentions),
  };
}

function composeAttachments(
  world: World,
  { files }: RequestBody,
  body: MessageBody,
  old: readonly APIAttachment[],
): APIAttachment[] {
  const listed = body.attachments ?? undefined;
  const kept = listed ? old.filter(({ id }) => listed.some((attachment) => String(attachment.id) === id)) : old;
  for (const attachment of old) if (!kept.includes(attachment)) world.attachments.remove(attachment.id);
  const added = files.map((file, index) => {
    const about = listed?.find((attachment) => Number(attachment.id) === index);
    return world.attachments.add({ ...file, name: about?.filename ?? file.name }, about?.description);
  });
  return [...kept, ...added];
}
