import { z } from 'zod';
import type { UserError } from '../errors/user-error.ts';
import type { Messages } from '../i18n/messages.ts';
import { button, row } from './components.ts';
import { recastId } from './recast-id.ts';

/** Discord's limits: buttons in a row, rows in a message. */
const PER_ROW = 5;
const MOST_ROWS = 5;

const outdated = z.object({
  outdated: z.array(z.object({ id: z.string(), name: z.string() })),
  recast: z.object({
    storyId: z.string().optional(),
    lora: z.object({ key: z.string(), weight: z.number() }).optional(),
  }),
});

/** Buttons that do what an error says is to be done, where one press can do it. */
export function errorOffers({ code, context }: UserError, t: Messages): ReturnType<typeof row>[] {
  if (code !== 'canon-outdated') return [];
  const parsed = outdated.safeParse(context);
  if (!parsed.success) return [];
  const { outdated: characters, recast } = parsed.data;
  const buttons = characters.map(({ id, name }) =>
    button(recastId(id, recast), t.character.recastWith({ name }), { emoji: '🎭' }),
  );
  const rows = Array.from({ length: Math.ceil(buttons.length / PER_ROW) }, (_, i) =>
    row(...buttons.slice(i * PER_ROW, (i + 1) * PER_ROW)),
  );
  return rows.slice(0, MOST_ROWS);
}
