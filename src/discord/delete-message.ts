import { type Client, DiscordAPIError, RESTJSONErrorCodes, Routes } from 'discord.js';

const GONE: readonly (string | number)[] = [RESTJSONErrorCodes.UnknownMessage, RESTJSONErrorCodes.UnknownChannel];

/** Deletes a message of the bot's own. @returns whether it is gone; false where Discord doesn't let the bot */
export async function deleteMessage(client: Client, channelId: string, messageId: string): Promise<boolean> {
  try {
    await client.rest.delete(Routes.channelMessage(channelId, messageId));
    return true;
  } catch (error) {
    return error instanceof DiscordAPIError && GONE.includes(error.code);
  }
}
