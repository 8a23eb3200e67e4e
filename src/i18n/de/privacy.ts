import type { privacyTexts as english } from '../en/privacy.ts';
import type { CommandTexts } from '../messages.ts';

export const privacyCommands: CommandTexts = {
  privacy: { name: 'datenschutz', description: 'Was über dich gespeichert ist' },
  'privacy export': { name: 'ausgeben', description: 'Alles, was über dich gespeichert ist, als Datei' },
  'privacy export part': { name: 'teil', description: 'Welcher Teil, wenn es nicht in eine Datei passt' },
  'privacy erase': {
    name: 'löschen',
    description: 'Alles löschen, was über dich gespeichert ist; du wirst vorher gefragt',
  },
};

export const privacyTexts: typeof english = {
  nothing: 'Über dich ist nichts gespeichert.',
  exported: 'Alles, was über dich gespeichert ist: `data.json` als Text, die Bilder daneben.',
  exportedPart: ({ part, parts }) =>
    `Teil ${part} von ${parts} von allem, was über dich gespeichert ist.${part < parts ? ` Weiter: \`/datenschutz ausgeben teil:${part + 1}\`.` : ''}`,
  leftOut: ({ count }) =>
    `${count === 1 ? 'Eine Datei fehlt oder ist' : `${count} Dateien fehlen oder sind`} zu groß zum Senden; \`left-out.txt\` nennt sie. Wer den Bot betreibt, kann helfen.`,
  question: ({ items }) =>
    `Das verschwindet, auf allen Servern und für immer:\n${items.map((item) => `- ${item}`).join('\n')}\nWas andere mit deinen Figuren gemacht haben, bleibt ihres. \`/datenschutz ausgeben\` gibt dir vorher eine Kopie.`,
  characters: ({ count }) => `${count} ${count === 1 ? 'Figur' : 'Figuren'} mit ihrem Aussehen`,
  stories: ({ count }) => `${count} ${count === 1 ? 'Geschichte' : 'Geschichten'} mit allen Bildern und Nachrichten`,
  takes: ({ count }) => `${count} ${count === 1 ? 'Bild' : 'Bilder'} in Geschichten anderer`,
  running: ({ count }) =>
    `${count} ${count === 1 ? 'Zeichnung, die wartet oder entsteht' : 'Zeichnungen, die warten oder entstehen'}`,
  rest: 'Stimmen, die Liste vergangener Zeichnungen und die Einstellungen deiner Direktnachrichten',
  erase: 'Alles löschen',
  erased: ({ characters, stories, takes }) =>
    `Gelöscht: ${characters} Figuren, ${stories} Geschichten, ${takes} Bilder. In Sicherungen derer, die den Bot betreiben, können sie noch eine Weile liegen.`,
};
