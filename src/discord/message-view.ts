import {
  type APIMessageTopLevelComponent,
  AttachmentBuilder,
  type MessageCreateOptions,
  type MessageEditOptions,
  MessageFlags,
} from 'discord.js';

export interface ViewPicture {
  /** With its ending; components refer to it by `attachment://<name>`. */
  readonly name: string;
  readonly altText: string;
  /** Differs for different pictures. */
  readonly key: string;
  /** Only asked for if the message doesn't have this very picture yet. */
  readonly bytes: () => Promise<Buffer>;
}

/** How a posted message is to look now. Some custom id in it carries the message's marker. */
export interface MessageView {
  readonly components: readonly APIMessageTopLevelComponent[];
  readonly picture: ViewPicture | undefined;
  /** Emoji that the bot puts under it, in this order. */
  readonly reactions: readonly string[];
  /** Nothing more will change by itself. */
  readonly isFinal: boolean;
}

/** @param shownKey of the picture that the message has */
export async function editPayload(view: MessageView, shownKey: string | undefined): Promise<MessageEditOptions> {
  const common = { components: [...view.components], flags: MessageFlags.IsComponentsV2 as const };
  const { picture } = view;
  if (picture?.key === shownKey) return common;
  return { ...common, attachments: [], files: picture ? [await attachment(picture)] : [] };
}

export async function sendPayload(view: MessageView, nonce: string): Promise<MessageCreateOptions> {
  return {
    components: [...view.components],
    flags: MessageFlags.IsComponentsV2,
    files: view.picture ? [await attachment(view.picture)] : [],
    nonce,
    enforceNonce: true,
  };
}

async function attachment({ name, altText, bytes }: ViewPicture): Promise<AttachmentBuilder> {
  return new AttachmentBuilder(await bytes(), { name, description: altText });
}
