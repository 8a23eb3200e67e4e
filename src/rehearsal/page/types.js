/**
 * The shapes that come over the line; src/rehearsal/page-server/page-view.ts makes them.
 *
 * @typedef {{ id: string, username: string, global_name: string | null, bot?: boolean }} User
 * @typedef {{ id: string, filename: string, size: number, url: string, content_type?: string, description?: string,
 *   width?: number, height?: number }} Attachment
 * @typedef {{ type: number, id?: number, custom_id?: string, label?: string, style?: number, url?: string,
 *   disabled?: boolean, emoji?: { name?: string }, content?: string, components?: Component[], component?: Component,
 *   accessory?: Component, items?: MediaItem[], media?: Media, file?: Media, name?: string, description?: string,
 *   spoiler?: boolean, accent_color?: number | null, divider?: boolean, spacing?: number, placeholder?: string,
 *   options?: SelectOption[], min_values?: number, max_values?: number, required?: boolean, value?: string,
 *   min_length?: number, max_length?: number }} Component
 * @typedef {{ label: string, value: string, description?: string, emoji?: { name?: string }, default?: boolean }} SelectOption
 * @typedef {{ url: string, width?: number, height?: number, content_type?: string }} Media
 * @typedef {{ media: Media, description?: string, spoiler?: boolean }} MediaItem
 * @typedef {{ title?: string, description?: string, url?: string, color?: number, timestamp?: string,
 *   author?: { name: string }, footer?: { text: string }, image?: Media, thumbnail?: Media,
 *   fields?: { name: string, value: string, inline?: boolean }[] }} Embed
 * @typedef {{ id: string, channel_id: string, author: User, content: string, timestamp: string, type: number, flags?: number,
 *   edited_timestamp: string | null, embeds: Embed[], components: Component[], attachments: Attachment[],
 *   mentions: User[], mention_everyone: boolean, referenced_message?: Wire | null,
 *   interaction_metadata?: { user: User, name?: string } }} Wire
 * @typedef {{ wire: Wire, onlyFor?: string, thinking: boolean, reactions: [string, string[]][] }} Message
 * @typedef {{ id: string, kind: 'text' | 'thread' | 'dm', name: string, topic: string, ageGated: boolean,
 *   guildId?: string, parentId?: string, recipientId?: string }} Channel
 * @typedef {{ id: string, key: string, name: string, bot: boolean, locale: string, part: string, guildIds: string[] }} Person
 * @typedef {{ name: string, label: string, description: string, type: number, required: boolean, autocomplete: boolean,
 *   choices: { label: string, value: string | number }[], min?: number, max?: number }} Option
 * @typedef {{ call: string, label: string, description: string, options: Option[] }} Command
 * @typedef {{ at: number, request: string, status: number, code: number, message: string, details: string[],
 *   staged: boolean }} Refusal
 * @typedef {{ gatewayOpen: boolean, restDelayMs: number, rateLimitsEnforced: boolean, forbidden: string[],
 *   staged: { status: number, times: number, route?: string }[] }} TroubleState
 * @typedef {string | number | boolean | { upload: string }} OptionValue
 */

/** Component types, https://docs.discord.com/developers/components/reference. */
export const Kind = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  upload: 19,
};

/** Command option types. */
export const OptionKind = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};
