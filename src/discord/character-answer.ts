import {
  type APIComponentInContainer,
  AttachmentBuilder,
  escapeMarkdown,
  type Interaction,
  MessageFlags,
  userMention,
} from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import { fitPicture } from '../render/fit-picture.ts';
import type { Character } from '../store/characters.ts';
import type { CanonHere } from '../studio/studio.ts';
import type { Answer, Asked } from './command.ts';
import { ACCENT, button, container, picture, row, text } from './components.ts';
import { customId } from './custom-id.ts';
import { storyTitle } from './story-title.ts';
import { interactionUploadLimit } from './upload-limit.ts';

const STORIES_NAMED = 5;

/** A character: canon, looks, seed and stories; for the casting not yet decided, its candidates. */
export async function characterAnswer(asked: Asked, interaction: Interaction, character: Character): Promise<Answer> {
  const { services, t } = asked;
  const name = escapeMarkdown(character.name);
  const here = await services.studio.canonHere(asked.asker, character.id);
  const canon = here.canon ?? here.latest;
  const shown = canon?.pictureHash ? [canon.pictureHash] : [];
  const treatment = await services.pictures.treatment(shown, asked.settings, asked.asker.isAgeGated);
  const file =
    canon?.pictureHash && treatment !== 'withhold'
      ? await canonFile(asked, interaction, character.name, canon.pictureHash)
      : undefined;
  const stories = await services.store.stories.list({ characterId: character.id, limit: STORIES_NAMED });
  const titles = t.common.list({ items: stories.map((story) => `“${escapeMarkdown(storyTitle(story))}”`) });
  const lines = [
    `## ${name}`,
    t.character.castingBy({ looks: escapeMarkdown(character.looks), owner: userMention(character.ownerId) }),
    ...canonLines(here, t),
    stories.length > 0 ? t.character.stories({ titles }) : t.character.noStories,
  ];
  const parts: APIComponentInContainer[] = [text(lines.join('\n'))];
  if (file) parts.push(picture(file.name ?? '', file.description ?? '', treatment === 'spoiler'));
  const sheet = canon ? [] : await services.store.castings.sheet(character.id);
  const picks = sheet.map(({ id, position }) => {
    const label = t.character.pick({ place: position + 1 });
    return button(customId('pick', { args: [id] }), label);
  });
  if (picks.length > 0) parts.push(row(...picks));
  parts.push(row(button(customId('recast', { args: [character.id] }), t.character.recast, { emoji: '🎭' })));
  return {
    components: [container(ACCENT.done, parts)],
    files: file ? [file] : [],
    flags: MessageFlags.IsComponentsV2,
  };
}

/** Which canon is shown, and whether stories have it now. */
function canonLines({ canon, latest, model }: CanonHere, t: Messages): string[] {
  const shown = canon ?? latest;
  if (!shown) return [t.character.notCast];
  const seed = t.character.seed({ seed: shown.seed, model: shown.modelName && escapeMarkdown(shown.modelName) });
  return canon || model === undefined ? [seed] : [seed, t.character.notCastWith({ model: escapeMarkdown(model) })];
}

async function canonFile({ services }: Asked, interaction: Interaction, name: string, hash: string) {
  const { bytes } = await services.blobs.get(hash);
  const fitted = await fitPicture(Buffer.from(bytes), interactionUploadLimit(interaction));
  return new AttachmentBuilder(fitted.bytes, { name: `canon.${fitted.ending}`, description: name });
}
