/** Discord's limit on custom ids, in UTF-16 units. */
const MAX_CUSTOM_ID = 100;
/** Old messages keep their custom ids for ever: a new meaning gets a new version. */
const VERSION = 't1';
const SEPARATOR = '|';

/** What pressing something means. `t1|redraw|<marker>|3` */
export interface CustomId {
  /** kebab-case, one of an `actions` table. */
  readonly action: string;
  /** The marker of the posted message that it is on: the message is known by it after a crash. '' for ephemeral ones. */
  readonly marker: string;
  readonly args: readonly string[];
}

/** @throws RangeError if it were too long or a part held the separator: a mistake of ours, never of a person */
export function customId(action: string, { marker = '', args = [] }: Partial<Omit<CustomId, 'action'>> = {}): string {
  const parts = [VERSION, action, marker, ...args];
  const id = parts.join(SEPARATOR);
  if (id.length > MAX_CUSTOM_ID || parts.some((part) => part.includes(SEPARATOR))) {
    throw new RangeError(`"${id}" can't be a custom id: over ${MAX_CUSTOM_ID} long, or a part holds "${SEPARATOR}"`);
  }
  return id;
}

/** `undefined` for custom ids that are not ours, or of a version that this bot doesn't know (any more). */
export function parseCustomId(id: string): CustomId | undefined {
  const [version, action, marker, ...args] = id.split(SEPARATOR);
  if (version !== VERSION || !action || marker === undefined) return undefined;
  return { action, marker, args };
}
