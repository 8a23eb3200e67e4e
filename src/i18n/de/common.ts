import type { Messages } from '../messages.ts';

const list = new Intl.ListFormat('de', { type: 'conjunction' });

export const commonTexts: Messages['common'] = {
  typed: 'Was du geschrieben hast, damit nichts verloren geht:',
  typedInFile: 'Was du geschrieben hast, steht in der Datei, damit nichts verloren geht.',
  incident: ({ id }) =>
    `Bei uns ist etwas schiefgegangen. Es steht im Protokoll unter \`${id}\`; bitte sag es der Person, die diesen Bot betreibt.`,
  unknownError: ({ message }) => message,
  here: 'hier',
  oldMessage: 'Dieser Knopf stammt von einer Version des Bots, die es nicht mehr gibt. `/geschichte zeigen` gibt neue.',
  keep: 'Behalten',
  kept: 'Es wurde nichts gelöscht.',
  messagesLeft: ({ count }) =>
    `${count} ${count === 1 ? 'Nachricht ließ' : 'Nachrichten ließen'} sich mangels Zugriff nicht löschen; frag dort die Moderation.`,
  formTitle: 'Deine Geschichte',
  list: ({ items }) => list.format(items),
  missingPermissions: ({ names }) =>
    names.length === 1
      ? `Hier fehlt mir die Berechtigung: ${list.format(names)}.`
      : `Hier fehlen mir die Berechtigungen: ${list.format(names)}.`,
  permissions: {
    ViewChannel: 'Kanal ansehen',
    SendMessages: 'Nachrichten senden',
    SendMessagesInThreads: 'Nachrichten in Threads senden',
    AttachFiles: 'Dateien anhängen',
    ReadMessageHistory: 'Nachrichtenverlauf lesen',
    AddReactions: 'Reaktionen hinzufügen',
    ManageMessages: 'Nachrichten verwalten (um Reaktionen wieder wegzunehmen)',
  },
  help: [
    '## Troupe zeichnet Geschichten, deren Figuren dieselben bleiben',
    '**1. Besetze jemanden.** `/figur erschaffen name:Rusty aussehen:a fox wearing a scarf`. Vier Entwürfe werden gezeichnet; wähle, wer Rusty von nun an ist.',
    '**2. Erzähle.** `/geschichte zeichnen felder:Rusty standing in the forest | Rusty reading a book | Rusty dancing on the beach`. Nenne die Figuren in den Feldern; ohne `felder` schreibst du in ein Formular. Die Modelle verstehen Englisch am besten.',
    '**3. Mach sie dir zu eigen.** Reagiere auf die Seite mit der Nummer eines Feldes oder nimm ihr Menü: das Feld wird neu gezeichnet, die Figuren bleiben. Ältere Fassungen bleiben erhalten: *Fassungen* holt sie zurück.',
    '-# `/schlange` zeigt, was gezeichnet wird. `/datenschutz` gibt und löscht, was über dich gespeichert ist. Moderation: `/einstellungen`.',
  ].join('\n'),
};
