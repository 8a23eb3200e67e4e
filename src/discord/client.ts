import { Client, type ClientOptions, GatewayIntentBits, Partials } from 'discord.js';

const { Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions } = GatewayIntentBits;

/** No privileged intent among them: Troupe reads no messages but its own. */
export const INTENTS = [Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions] as const;

/** @param api another address than Discord's: the rehearsal room's */
export function createClient(api?: string): Client {
  const options: ClientOptions = {
    intents: [...INTENTS],
    // Reactions to messages from before the start come without message, author and channel.
    partials: [Partials.Message, Partials.Channel, Partials.Reaction, Partials.User],
    // Nobody is ever pinged by what somebody typed.
    allowedMentions: { parse: [], repliedUser: false },
  };
  return new Client(api === undefined ? options : { ...options, rest: { api } });
}
