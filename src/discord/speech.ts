import type { Channel } from 'discord.js';
import { messagesFor } from '../i18n/languages.ts';
import type { Messages } from '../i18n/messages.ts';
import type { GuildSettings } from '../store/guild-settings.ts';

/** Languages that people in direct messages were met with, as Discord doesn't tell them outside interactions. */
export class SpokenLanguages {
  readonly #byMember = new Map<string, string>();

  heard(memberId: string, locale: string): void {
    this.#byMember.set(memberId, locale);
  }

  /** In which language to post in a channel: as set, as the server speaks, as the person does in direct messages. */
  in(channel: Channel, { locale }: GuildSettings, memberId: string): Messages {
    return messagesFor(locale ?? (channel.isDMBased() ? this.#byMember.get(memberId) : channel.guild.preferredLocale));
  }

  of(memberId: string): Messages {
    return messagesFor(this.#byMember.get(memberId));
  }
}
