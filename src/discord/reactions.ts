/** One for each panel, as far as there are such emoji; further panels are redrawn by menu. */
export const NUMBER_EMOJI: readonly string[] = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣', '6️⃣', '7️⃣', '8️⃣', '9️⃣', '🔟'];

/** The place of the panel that an emoji stands for, from 1. */
export function panelOfEmoji(emoji: string | null): number | undefined {
  const index = NUMBER_EMOJI.indexOf(emoji ?? '');
  return index < 0 ? undefined : index + 1;
}
