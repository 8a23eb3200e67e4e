import { escapeMarkdown, userMention } from 'discord.js';
import { type Asked, defineCommand, subcommand } from '../src/discord/command.ts';
import { listing } from '../src/discord/components.ts';
import { placeText } from '../src/discord/progress-text.ts';
import { storyTitle } from '../src/discord/story-title.ts';
import type { Job } from '../src/store/job.ts';
import { scopeId } from '../src/store/scope.ts';

const LISTED = 15;

/** What is drawn and waits here; of other servers only how many. */
export const command = defineCommand({
  name: 'queue',
  run: subcommand({
    options: {},
    execute: async (asked) => {
      const { services, asker, t } = asked;
      const open = await services.store.jobs.list({ status: ['queued', 'running'] });
      const paused = await services.store.jobs.paused();
      const here = open.filter(({ scope }) => scopeId(scope) === scopeId(asker.scope));
      const waiting = await services.board.waiting();
      const ordered = here.toSorted((a, b) => waiting.indexOf(a.id) - waiting.indexOf(b.id));
      const lines = await Promise.all(ordered.slice(0, LISTED).map((job) => line(job, waiting, asked)));
      const heading = paused
        ? [t.progress.queueTitle, t.progress.queuePaused({ reason: paused.reason })]
        : [t.progress.queueTitle];
      if (here.length === 0) heading.push(t.progress.queueEmpty);
      const elsewhere = open.length - here.length;
      const rest = elsewhere > 0 ? `\n${t.progress.queueElsewhere({ count: elsewhere })}` : '';
      return { content: listing(heading.join('\n'), lines, t, here.length) + rest };
    },
  }),
});

async function line(job: Job, waiting: readonly string[], asked: Asked): Promise<string> {
  const { t } = asked;
  const place = waiting.indexOf(job.id) + 1;
  const state = job.status === 'running' ? t.progress.running : placeText(place || undefined, t);
  return `- **${await subject(job, asked)}** · ${userMention(job.memberId)} · ${state}`;
}

async function subject({ storyId, payload, kind }: Job, { services, t }: Asked): Promise<string> {
  const { stories, characters } = services.store;
  if (storyId !== null) return escapeMarkdown(storyTitle(await stories.get(storyId)));
  const character = await characters.get(String(payload.characterId)).catch(() => undefined);
  return character
    ? t.progress.casting({ name: escapeMarkdown(character.name) })
    : (t.progress.jobs[kind] ?? t.progress.someJob);
}
