import { ButtonStyle } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Action, Answer } from './command.ts';
import { button, row } from './components.ts';

/**
 * Asks before something goes for good. Only whoever asked for it sees the question, so whoever presses is the same.
 * @param keepId of a button whose action is `keeping`
 */
export function confirmation(
  question: string,
  yes: { readonly id: string; readonly label: string },
  keepId: string,
  t: Messages,
): Answer {
  return {
    content: question,
    components: [
      row(
        button(yes.id, yes.label, { style: ButtonStyle.Danger }),
        button(keepId, t.common.keep, { style: ButtonStyle.Secondary }),
      ),
    ],
  };
}

export const keeping: Action = {
  answers: 'update',
  execute: async ({ t }) => ({ content: t.common.kept, components: [] }),
};
