import { AttachmentBuilder, type Interaction, MessageFlags } from 'discord.js';
import type { ChannelFacts } from './channel-facts.ts';
import type { Answer, Asked } from './command.ts';
import type { MessageView } from './message-view.ts';
import { interactionUploadLimit } from './upload-limit.ts';

/** A view as the answer to somebody. */
export async function viewAnswer({ components, picture }: MessageView): Promise<Answer> {
  const files = picture
    ? [new AttachmentBuilder(await picture.bytes(), { name: picture.name, description: picture.altText })]
    : [];
  return { components: [...components], files, flags: MessageFlags.IsComponentsV2 };
}

/** What decides how a view looks in an answer. */
export function answerFacts({ t, missing, settings, asker }: Asked, interaction: Interaction): ChannelFacts {
  return { t, missing, uploadLimit: interactionUploadLimit(interaction), settings, isAgeGated: asker.isAgeGated };
}
