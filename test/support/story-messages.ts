import type { Actor, Rehearsal, SeenMessage } from '../../src/rehearsal/index.ts';

/** The finished message of the story with this title. */
export function finishedStory(room: Rehearsal, title: string): Promise<SeenMessage> {
  const isFinished = (message: SeenMessage) => message.text.includes(`## ${title}\n`) && isDone(message);
  return room.untilMessage((message) => isFinished(message) && message.onlyFor === undefined, {
    what: `“${title}” drawn`,
  });
}

/** It has a page, and nothing of it is being drawn. */
export function isDone(message: SeenMessage): boolean {
  return menuOf(message, 'redraw') !== '' && !message.buttons.some(({ custom_id }) => custom_id.includes('|cancel|'));
}

/** The custom id of a menu, by its action; '' if there is none. */
export function menuOf(message: SeenMessage, action: string): string {
  return message.selects.find(({ custom_id }) => custom_id.split('|')[1] === action)?.custom_id ?? '';
}

/** Casts somebody and picks the first candidate. */
export async function cast(room: Rehearsal, actor: Actor, name: string, looks: string): Promise<void> {
  await (await actor.slash('/character create', { name, looks })).settled();
  const sheet = await room.untilMessage(
    (message) => message.text.includes(`## Who is ${name}?`) && message.buttons.length > 4,
  );
  await (await actor.click(sheet, 'Number 1')).settled();
}

/** The value of an option of a menu, by its label. */
export function optionOf(message: SeenMessage, customId: string, label: string): string {
  const menu = message.selects.find(({ custom_id }) => custom_id === customId);
  const options = menu && 'options' in menu ? menu.options : [];
  const found = options.find((option) => option.label === label);
  if (!found) throw new Error(`no "${label}" among ${options.map((option) => option.label).join(', ')}`);
  return found.value;
}
