import type { Channel, MessageReaction, PartialMessageReaction, PartialUser, User } from 'discord.js';
import { userMention } from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import type { Log } from '../log.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import { requireMayRedraw } from './access.ts';
import { type Actor, askerOf, scopeOf } from './asker.ts';
import type { BotServices } from './bot-services.ts';
import { requirePlace } from './change-story.ts';
import { failureOf } from './discord-failure.ts';
import { note } from './error-boundary.ts';
import { errorText } from './error-text.ts';
import { STORY } from './message-key.ts';
import { panelOfEmoji } from './reactions.ts';

type Reaction = MessageReaction | PartialMessageReaction;
type Person = User | PartialUser;

/** A number under a story's message draws that panel anew; also under messages from before this process. */
export class ReactionHandler {
  readonly #services: BotServices;
  readonly #log: Log;

  constructor(services: BotServices, log: Log) {
    this.#services = services;
    this.#log = log;
  }

  /** Never rejects. There is no interaction to answer: what is refused is said in the story's message. */
  async handle(reaction: Reaction, person: Person): Promise<void> {
    try {
      const place = panelOfEmoji(reaction.emoji.name);
      if (place === undefined || person.bot || person.id === reaction.client.user.id) return;
      const posted = await this.#services.store.messages.findByMessage(reaction.message.id, reaction.message.channelId);
      if (posted?.purpose !== STORY) return;
      await this.#redraw(reaction, person, posted, place);
      await acknowledge(reaction, person);
    } catch (error) {
      note(error, this.#log);
    }
  }

  async #redraw(
    reaction: Reaction,
    person: Person,
    { subject: storyId, scope }: PostedMessage,
    place: number,
  ): Promise<void> {
    const { store, studio, board, languages } = this.#services;
    const settings = await store.settings.get(scope);
    const channel = await reaction.client.channels.fetch(reaction.message.channelId);
    if (!channel) return;
    const actor = await actorOf(channel, person);
    const asker = askerOf(actor, settings);
    try {
      const story = await store.stories.get(storyId);
      requireMayRedraw({ asker, roles: actor.roles, settings }, story.authorId);
      requirePlace(story, place);
      await board.changeStory(storyId, () => studio.redrawPanel({ ...asker, scope: scopeOf(actor) }, storyId, place));
    } catch (error) {
      const t = languages.in(channel, settings, person.id);
      const reason =
        error instanceof UserError ? errorText(error, t) : t.common.incident({ id: note(error, this.#log) });
      board.notice(storyId, t.story.refused({ who: userMention(person.id), reason }));
    }
  }
}

async function actorOf(channel: Channel, person: Person): Promise<Actor> {
  const at = { memberId: person.id, channelId: channel.id, channel };
  if (channel.isDMBased()) return { ...at, guildId: null, permissions: undefined, roles: [] };
  const member = await channel.guild.members.fetch(person.id);
  const permissions = channel.permissionsFor(member);
  return { ...at, guildId: channel.guildId, permissions, roles: [...member.roles.cache.keys()] };
}

/** Takes the person's reaction away, where the bot may: seen, and ready for the next time. */
async function acknowledge(reaction: Reaction, person: Person): Promise<void> {
  if (reaction.message.guildId === null) return;
  try {
    await reaction.users.remove(person.id);
  } catch (error) {
    if (failureOf(error) === 'other') throw error;
  }
}
