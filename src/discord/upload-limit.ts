import { type Channel, GuildPremiumTier, type Interaction } from 'discord.js';

const MIB = 1024 * 1024;
/** https://docs.discord.com/developers/reference#uploading-files */
const DEFAULT_LIMIT = 10 * MIB;
const LIMITS: Readonly<Record<GuildPremiumTier, number>> = {
  [GuildPremiumTier.None]: DEFAULT_LIMIT,
  [GuildPremiumTier.Tier1]: DEFAULT_LIMIT,
  [GuildPremiumTier.Tier2]: 50 * MIB,
  [GuildPremiumTier.Tier3]: 100 * MIB,
};
/** The request around a file counts too: form fields and JSON. */
const ENVELOPE = 64 * 1024;

/** Bytes that a file posted there may have. */
export function uploadLimit(channel: Channel): number {
  return (channel.isDMBased() ? DEFAULT_LIMIT : LIMITS[channel.guild.premiumTier]) - ENVELOPE;
}

/** Bytes that a file in an answer may have. */
export function interactionUploadLimit({ attachmentSizeLimit }: Interaction): number {
  return attachmentSizeLimit - ENVELOPE;
}
