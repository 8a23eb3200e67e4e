import type { Messages } from '../messages.ts';

export const characterTexts: Messages['character'] = {
  taken: ({ name, place, where }) => `${name} wird besetzt: ${place}. Die Entwürfe erscheinen hier: ${where}`,
  castingTitle: ({ name }) => `Wer ist ${name}?`,
  castingBy: ({ looks, owner }) => `${looks} · von ${owner}`,
  castingHint: 'Wer die Figur erschaffen hat, wählt: alle Geschichten von nun an haben die gewählte.',
  castingDone: ({ name, place }) => `Nummer ${place} ist von nun an ${name}.`,
  pick: ({ place }) => `Nummer ${place}`,
  recast: 'Neu besetzen',
  recastWith: ({ name }) => `${name} mit diesem Modell besetzen`,
  picked: ({ name }) => `${name} ist besetzt. Nenne den Namen in einer Geschichte: \`/geschichte zeichnen\`.`,
  edited: ({ name }) => `${name} ist geändert. \`/figur neubesetzen\` zeigt neues Aussehen.`,
  retired: ({ name }) =>
    `${name} ist verabschiedet; der Name ist wieder frei und die Geschichten bleiben. \`/figur löschen\` entfernt die Figur für immer.`,
  deleteQuestion: ({ name, looks }) =>
    `${name} (${looks}) verschwindet für immer: Aussehen, Vorlagen und Entwürfe mit ihren Nachrichten. Keine Geschichte wird danach gezeichnet.`,
  delete: 'Figur löschen',
  deleted: ({ name }) =>
    `${name} ist gelöscht. In Sicherungen derer, die den Bot betreiben, kann die Figur noch eine Weile liegen.`,
  list: '## Die Besetzung',
  listEmpty: 'Hier ist noch niemand besetzt. `/figur erschaffen` beginnt.',
  listLine: ({ name, looks, owner, cast }) => `**${name}** · ${looks} · ${owner}${cast ? '' : ' · noch nicht besetzt'}`,
  more: ({ count }) => `… und ${count} weitere`,
  seed: ({ seed, model }) => `Startwert der Vorlage: ${seed}${model ? ` · gezeichnet von ${model}` : ''}`,
  notCastWith: ({ model }) =>
    `Noch nicht besetzt mit ${model}, das jetzt gilt: besetze neu, um eine Vorlage dafür zu haben. Diese bleibt für das andere Modell.`,
  notCast: 'Noch ist kein Entwurf gewählt.',
  stories: ({ titles }) => `Spielt in ${titles}`,
  noStories: 'Spielt noch in keiner Geschichte.',
  sheetAlt: ({ name, count }) => `${count} Entwürfe für ${name}`,
};
