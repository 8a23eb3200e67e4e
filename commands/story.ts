import { escapeMarkdown, hyperlink, TimestampStyles, time, userMention } from 'discord.js';
import { requireMayRepost } from '../src/discord/access.ts';
import { addPanel, redrawPanel } from '../src/discord/change-story.ts';
import { type Asked, defineCommand, subcommand } from '../src/discord/command.ts';
import { listing } from '../src/discord/components.ts';
import { askWhetherToDelete, deletingStory } from '../src/discord/delete-story.ts';
import { EXPORT_FORMATS, exportAnswer } from '../src/discord/export-answer.ts';
import { MAX_SEED_LENGTH, MAX_STYLE_LENGTH, scriptForm } from '../src/discord/forms.ts';
import { findCharacter, findStory } from '../src/discord/lookup.ts';
import { startAgain, startStory, textsOf } from '../src/discord/start-story.ts';
import { storyActions } from '../src/discord/story-actions.ts';
import { storyTitle } from '../src/discord/story-title.ts';
import { LAYOUTS, loraOf, splitNames } from '../src/discord/story-values.ts';
import {
  suggestCast,
  suggestCharacters,
  suggestLoras,
  suggestPanels,
  suggestStories,
} from '../src/discord/suggestions.ts';
import { takesAnswer } from '../src/discord/takes-view.ts';
import { answerFacts, viewAnswer } from '../src/discord/view-answer.ts';
import type { Story } from '../src/store/stories.ts';
import { MAX_LORA_NAME, MAX_LORA_WEIGHT } from '../src/studio/loras.ts';

const LISTED = 15;
const story = { type: 'text', required: true, suggest: suggestStories } as const;
const panel = { type: 'integer', required: true, min: 1, suggest: suggestPanels } as const;
const mine = { type: 'boolean' } as const;

export const command = defineCommand({
  name: 'story',
  actions: { ...storyActions, ...deletingStory },
  subcommands: {
    generate: subcommand({
      options: {
        panels: { type: 'text' },
        title: { type: 'text' },
        characters: { type: 'text', suggest: suggestCast },
        seed: { type: 'text', maxLength: MAX_SEED_LENGTH },
        layout: { type: 'text', choices: LAYOUTS },
        style: { type: 'text', maxLength: MAX_STYLE_LENGTH },
        lora: { type: 'text', maxLength: MAX_LORA_NAME, suggest: suggestLoras },
        'lora-weight': { type: 'number', min: -MAX_LORA_WEIGHT, max: MAX_LORA_WEIGHT },
      },
      opens: ({ values, t }) =>
        values.panels === undefined ? scriptForm({ ...values, lora: loraOf(values) }, t) : undefined,
      execute: async ({ values, ...asked }) => {
        const { panels = '', title, characters, seed, layout, style } = values;
        const lora = loraOf(values);
        return startStory(asked, { panels, title, characters: splitNames(characters), seed, layout, style, lora });
      },
    }),
    list: subcommand({
      options: { mine, character: { type: 'text', suggest: suggestCharacters } },
      execute: async ({ values, ...asked }) => {
        const { asker, services, t } = asked;
        const character = values.character === undefined ? undefined : await findCharacter(asked, values.character);
        const stories = await services.store.stories.list({
          scope: asker.scope,
          authorId: values.mine ? asker.memberId : undefined,
          characterId: character?.id,
          limit: LISTED,
        });
        if (stories.length === 0) return { content: t.story.listEmpty };
        const lines = await Promise.all(stories.map((each) => line(each, asked)));
        return { content: listing(t.story.list, lines, t) };
      },
    }),
    show: subcommand({
      options: { story, post: { type: 'boolean' } },
      execute: async ({ values, interaction, ...asked }) => {
        const { services, asker, t } = asked;
        const found = await findStory(asked, values.story);
        if (!values.post) return viewAnswer(await services.board.storyFor(found, answerFacts(asked, interaction)));
        requireMayRepost(asked, found, textsOf(found));
        const where = (await services.board.repostStory(found, asker.channelId)) ?? t.common.here;
        return { content: t.story.posted({ where }) };
      },
    }),
    add: subcommand({
      options: { story, panel: { type: 'text', required: true } },
      execute: async ({ values, ...asked }) => addPanel(asked, await findStory(asked, values.story), values.panel),
    }),
    redraw: subcommand({
      options: { story, panel },
      execute: async ({ values, ...asked }) => redrawPanel(asked, await findStory(asked, values.story), values.panel),
    }),
    takes: subcommand({
      options: { story, panel },
      execute: async ({ values, interaction, ...asked }) =>
        takesAnswer(asked, interaction, await findStory(asked, values.story), values.panel),
    }),
    replay: subcommand({
      options: { story },
      execute: async ({ values, ...asked }) => startAgain(asked, await findStory(asked, values.story), 'replay'),
    }),
    export: subcommand({
      options: { story, format: { type: 'text', required: true, choices: EXPORT_FORMATS } },
      execute: async ({ values, interaction, ...asked }) =>
        exportAnswer(asked, interaction, await findStory(asked, values.story), values.format),
    }),
    delete: subcommand({
      options: { story },
      execute: async ({ values, ...asked }) => askWhetherToDelete(asked, await findStory(asked, values.story)),
    }),
    cancel: subcommand({
      options: { story: { type: 'text', suggest: suggestStories } },
      execute: async ({ values, ...asked }) => {
        const { asker, services, t } = asked;
        const of = values.story === undefined ? undefined : await findStory(asked, values.story);
        const job = await latestOpenJob(asked, of?.id);
        if (!job) return { content: t.story.nothingToCancel };
        const outcome = await services.studio.cancel(asker, job.id);
        return { content: t.story[outcome] };
      },
    }),
  },
});

async function latestOpenJob({ asker, services }: Asked, storyId: string | undefined) {
  const whose = storyId === undefined ? { memberId: asker.memberId, scope: asker.scope } : { storyId };
  return (await services.store.jobs.list({ status: ['queued', 'running'], ...whose })).at(-1);
}

async function line(story: Story, { services, t }: Asked): Promise<string> {
  const { id, authorId, panels, createdAt } = story;
  const url = await services.board.linkTo(id);
  return `- ${t.story.listLine({
    title: escapeMarkdown(storyTitle(story)),
    author: userMention(authorId),
    panels: panels.length,
    when: time(createdAt, TimestampStyles.RelativeTime),
    link: url === undefined ? '' : hyperlink(t.story.link, url),
  })}`;
}
