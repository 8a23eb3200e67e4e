import { MessageFlags } from 'discord.js';
import { checkComponentsV1, checkComponentsV2 } from './components.ts';
import { checkEmbeds } from './embeds.ts';
import type { Field } from './field.ts';

/** https://docs.discord.com/developers/resources/message#create-message (characters and counts). */
const LIMITS = { content: 2000, attachments: 10, nonce: 25, description: 1024, filename: 1024, mentions: 100 };

export interface MessageContext {
  /** Names of files uploaded with this request. */
  readonly uploaded: readonly string[];
  /** The message before an edit. */
  readonly before?: { readonly flags: number; readonly attachments: readonly { id: string; filename: string }[] };
  /** Flags that this route lets a bot set, beside those that every route does. */
  readonly extraFlags?: number;
}

const ALWAYS_SETTABLE = MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2 | MessageFlags.SuppressNotifications;

/** Checks a message body as sent by a bot; empty messages are another refusal (50006), not one of form. */
export function checkMessage(form: Field, { uploaded, before, extraFlags = 0 }: MessageContext): void {
  const content = form.at('content').text({ max: LIMITS.content });
  checkEmbeds(form.at('embeds'));
  const names = checkAttachments(form.at('attachments'), uploaded, before?.attachments ?? []);
  const flags = form.at('flags').integer({ min: 0 }) ?? 0;
  if (flags & ~(ALWAYS_SETTABLE | extraFlags)) {
    form
      .at('flags')
      .refuse('MESSAGE_FLAGS_INVALID', `Flags ${flags & ~(ALWAYS_SETTABLE | extraFlags)} can't be set here`);
  }
  if ((flags | (before?.flags ?? 0)) & MessageFlags.IsComponentsV2) {
    for (const legacy of ['content', 'embeds', 'poll', 'stickers']) {
      const { value } = form.at(legacy);
      const used = legacy === 'content' ? content : Array.isArray(value) ? value.length > 0 : value;
      if (used) {
        form
          .at(legacy)
          .refuse(
            'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
            `The '${legacy}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
          );
      }
    }
    checkComponentsV2(form.at('components'), names);
  } else checkComponentsV1(form.at('components'));
  checkAllowedMentions(form.at('allowed_mentions'));
  const nonce = form.at('nonce');
  if (typeof nonce.value !== 'number') nonce.text({ max: LIMITS.nonce });
  form.at('enforce_nonce').boolean();
}

/** Returns the names that the message's attachments will have. */
function checkAttachments(
  list: Field,
  uploaded: readonly string[],
  before: readonly { id: string; filename: string }[],
): Set<string> {
  const kept = list.present ? [] : before.map(({ filename }) => filename);
  const names = new Set([...uploaded, ...kept]);
  for (const attachment of list.items()) {
    const { id, filename } = (attachment.value ?? {}) as { id?: unknown; filename?: string };
    attachment.at('description').text({ max: LIMITS.description });
    attachment.at('filename').text({ max: LIMITS.filename });
    const old = before.find((candidate) => candidate.id === String(id));
    const isUpload = Number.isInteger(Number(id)) && Number(id) < uploaded.length;
    if (old) names.add(old.filename);
    else if (isUpload && filename) names.add(filename);
    else if (!isUpload)
      attachment.refuse('ATTACHMENT_NOT_FOUND', `Attachment ${String(id)} is neither uploaded nor on the message`);
  }
  const total =
    uploaded.length +
    (list.present
      ? list.items().filter((item) => before.some(({ id }) => id === String(item.at('id').value))).length
      : kept.length);
  if (total > LIMITS.attachments)
    list.refuse('BASE_TYPE_MAX_LENGTH', `Must be ${LIMITS.attachments} or fewer in length.`);
  return names;
}

function checkAllowedMentions(mentions: Field): void {
  if (!mentions.present) return;
  const parsed = mentions
    .at('parse')
    .items()
    .map((kind) => kind.oneOf(['users', 'roles', 'everyone'], { required: true }));
  for (const kind of ['users', 'roles'] as const) {
    const listed = mentions.at(kind).items({ max: LIMITS.mentions });
    for (const id of listed) id.text({ min: 1, required: true });
    if (listed.length > 0 && parsed.includes(kind)) {
      mentions.refuse(
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
    }
  }
  mentions.at('replied_user').boolean();
}
