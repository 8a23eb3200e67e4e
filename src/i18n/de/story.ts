import type { Messages } from '../messages.ts';

const panelsOf = (count: number) => (count === 1 ? '1 Feld' : `${count} Felder`);

export const storyTexts: Messages['story'] = {
  taken: ({ place, where }) => `Deine Geschichte ist ${place}. Sie erscheint hier: ${where}`,
  redrawTaken: ({ panel, place, where }) =>
    `Feld ${panel} wird mit denselben Figuren neu gezeichnet: ${place}. Es erscheint in ${where}`,
  addTaken: ({ place, where }) => `Das neue Feld ist ${place}. Es erscheint in ${where}`,
  by: ({ author, cast }) => (cast ? `von ${author} · mit ${cast}` : `von ${author}`),
  footer: ({ seed, panels, loras }) =>
    [`Startwert ${seed}`, panelsOf(panels), ...loras.map((lora) => `LoRA ${lora}`)].join(' · '),
  hint: 'Reagiere mit einer Nummer, um das Feld neu zu zeichnen.',
  cannotReact: 'Ich darf hier keine Reaktionen hinzufügen: wähle das Feld im Menü.',
  cannotUnreact: 'Ich darf hier keine Reaktionen wegnehmen, deshalb bleiben eure stehen.',
  somebody: 'Jemand',
  warnings: {
    'inconsistent-subject': ({ panel, who }) => `${who} sieht in Feld ${panel} vielleicht anders aus.`,
    'layout-collapse': ({ panel }) => `Die Felder sind sich im Aufbau vielleicht zu ähnlich, vor allem Feld ${panel}.`,
    'poor-details': ({ panel }) => `Feld ${panel} ist vielleicht verschwommen.`,
    'background-leakage': ({ panel }) => `Hintergründe sind vielleicht ineinandergelaufen, vor allem in Feld ${panel}.`,
  },
  unknownWords: ({ words }) => `Das Modell kennt nicht: ${words}. Es zeichnet um diese Wörter herum.`,
  nearName: ({ typed, name }) =>
    `„${typed}“ heißt hier niemand, deshalb wird es als gewöhnliches Wort gezeichnet. Meintest du ${name}? Mit @ davor wird ein Name vor dem Zeichnen geprüft.`,
  drifted: ({ names }) =>
    `${names}: hier vielleicht etwas anders als bei der Besetzung, denn die war mit anderen Schritten, einem anderen Verfahren oder auf einer anderen Maschine. \`/figur neubesetzen\` gleicht alle an.`,
  cutWords: ({ panel, words }) => `Feld ${panel} ist zu lang für das Modell; es hat nicht gelesen: ${words}`,
  redrawPanel: ({ panel }) => `Feld ${panel} neu zeichnen`,
  redrawMenu: 'Ein Feld neu zeichnen …',
  redrawOption: ({ panel }) => `Feld ${panel}`,
  vary: 'Abwandeln',
  add: 'Feld anfügen',
  takes: 'Fassungen',
  export: 'Exportieren',
  addForm: 'Noch ein Feld',
  addField: 'Was geschieht darin?',
  generateForm: 'Deine Geschichte',
  titleField: 'Titel',
  panelsField: 'Felder, eines pro Zeile',
  panelsHint: 'Rusty standing in the forest\nRusty reading a book\nRusty dancing on the beach at night',
  charactersField: 'Wer in jedem Feld ist (mit Komma)',
  styleField: 'Wie gezeichnet wird',
  seedField: 'Startwert (eine Zahl; leer: ein neuer)',
  exportAs: 'Als was?',
  takesOf: ({ panel, shown, total }) =>
    `Feld ${panel}: Fassung ${shown} von ${total} ist auf der Seite.${total > 1 ? ' Die neueste steht vorn.' : ''}`,
  takesMenu: 'Eine Fassung auf die Seite setzen …',
  takesPanelMenu: 'Fassungen von welchem Feld?',
  takeOption: ({ take }) => `Fassung ${take}`,
  takeShown: 'jetzt auf der Seite',
  takeAlt: ({ panel, take, caption }) => `Feld ${panel}, Fassung ${take}: ${caption}`,
  takeChosen: ({ panel, take }) => `Feld ${panel} zeigt jetzt Fassung ${take}.`,
  noTakes: 'Davon ist noch nichts gezeichnet.',
  list: '## Geschichten',
  listEmpty: 'Noch keine Geschichten. `/geschichte zeichnen` zeichnet eine.',
  listLine: ({ title, author, panels, when, link }) =>
    `**${title}** · ${panelsOf(panels)} · ${author} · ${when}${link ? ` · ${link}` : ''}`,
  link: 'Nachricht',
  posted: ({ where }) => `Ihre Nachricht ist hier: ${where}`,
  cancelled: 'Abgebrochen.',
  stopping: 'Es hält gleich an.',
  ended: 'Das war schon zu Ende.',
  nothingToCancel: 'Von dir wird nichts gezeichnet und nichts wartet.',
  deleteQuestion: ({ title, panels, takes, open }) =>
    [
      `„${title}“ verschwindet für immer: ${panelsOf(panels)}, ${takes === 1 ? 'ein Bild' : `${takes} Bilder`} und ihre Nachricht.`,
      ...(open > 0 ? ['Was gerade von ihr gezeichnet wird, hält an.'] : []),
      'Geschichten, die aus ihr abgewandelt oder wiederholt sind, bleiben, und ebenso, was jemand exportiert hat.',
    ].join(' '),
  delete: 'Geschichte löschen',
  deleted: ({ title }) =>
    `„${title}“ ist gelöscht. In Sicherungen derer, die den Bot betreiben, kann sie noch eine Weile liegen.`,
  noAccess: ({ title, channel, missing }) =>
    `„${title}“ ist gezeichnet, aber ich kann es in ${channel} nicht posten. ${missing} \`/geschichte zeigen\` zeigt es überall, wo du mich benutzen darfst.`,
  withheld:
    'Ein Bild darin wird hier nicht gezeigt, so ist dieser Server eingestellt. Du kannst Felder neu zeichnen lassen.',
  refused: ({ who, reason }) => `${who}: ${reason}`,
};
