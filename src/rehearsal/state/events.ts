import type { APIModalInteractionResponseCallbackData } from 'discord.js';
import type { Interaction } from './interactions.ts';
import type { StoredMessage } from './messages.ts';
import type { Channel, Guild } from './places.ts';

/** A request that was refused, or a rule broken otherwise, for the validation log. */
export interface Refusal {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly request: string;
  readonly status: number;
  readonly code: number;
  readonly message: string;
  /** One line per complaint about a field. */
  readonly details: readonly string[];
  /** Whether trouble that was asked for caused it, not the bot. */
  readonly staged: boolean;
}

/** Everything that can happen in the room. The gateway, the page and waiting tests listen. */
export type RoomEvent =
  | { readonly type: 'guildAdded'; readonly guild: Guild }
  | { readonly type: 'guildChanged'; readonly guild: Guild }
  | { readonly type: 'channelAdded' | 'channelChanged' | 'channelRemoved'; readonly channel: Channel }
  | { readonly type: 'messagePosted' | 'messageEdited' | 'messageRemoved'; readonly message: StoredMessage }
  | {
      readonly type: 'reactionAdded' | 'reactionRemoved';
      readonly message: StoredMessage;
      readonly emoji: string;
      readonly userId: string;
    }
  | { readonly type: 'reactionsCleared'; readonly message: StoredMessage; readonly emoji?: string }
  | { readonly type: 'typing'; readonly channel: Channel; readonly userId: string }
  | { readonly type: 'interactionCreated' | 'interactionChanged'; readonly interaction: Interaction }
  | {
      readonly type: 'modalShown';
      readonly interaction: Interaction;
      readonly modal: APIModalInteractionResponseCallbackData;
    }
  | { readonly type: 'commandsChanged' }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'connectionChanged'; readonly connected: boolean }
  | { readonly type: 'troubleChanged' }
  | { readonly type: 'closed' };
