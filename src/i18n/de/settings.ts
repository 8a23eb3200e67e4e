import type { settingsTexts as english, settingNames as englishNames } from '../en/settings.ts';
import type { ChoiceTexts, CommandTexts } from '../messages.ts';

const gigabytes = (bytes: number) => (bytes / 1e9).toLocaleString('de', { maximumFractionDigits: 1 });

const names: Record<keyof typeof englishNames, string> = {
  model: 'Modell',
  sampler: 'Zeichenverfahren (Sampler)',
  steps: 'Rechenschritte',
  guidance: 'Führung (wie genau Texten gefolgt wird)',
  style: 'üblicher Stil',
  layout: 'Anordnung der Seiten',
  locale: 'Sprache öffentlicher Nachrichten',
  panelsPerStory: 'höchstens Felder je Geschichte',
  queuedPerMember: 'höchstens wartende Zeichnungen je Mitglied',
  queuedPerServer: 'höchstens wartende Zeichnungen je Server',
  creating: 'wer etwas erschaffen darf',
  redrawing: 'wer Felder neu zeichnen und anfügen darf',
  promptFilter: 'Filter für Texte',
  ageGatedFilter: 'Filter für Texte in Kanälen ab 18',
  pictureFilter: 'Bilder, die der Bildfilter meldet',
  spoilers: 'welche Bilder verdeckt werden',
  warnings: 'Hinweise auf vielleicht misslungene Felder',
};

export const settingsChoices: ChoiceTexts = {
  'settings set setting': names,
  'settings reset setting': names,
  'settings words list': { blocked: 'abgelehnte Wörter', allowed: 'zugelassene Wörter' },
  'settings roles who': {
    creatorRoles: 'dürfen erschaffen (und neu zeichnen)',
    moderatorRoles: 'gelten als Moderation',
  },
};

export const settingsCommands: CommandTexts = {
  settings: { name: 'einstellungen', description: 'Wie sich Troupe auf diesem Server verhält' },
  'settings show': { name: 'zeigen', description: 'Alle Einstellungen' },
  'settings set': { name: 'setzen', description: 'Eine Einstellung ändern' },
  'settings set setting': { name: 'einstellung', description: 'Welche' },
  'settings set value': { name: 'wert', description: 'Der neue Wert; was möglich ist, wird angeboten' },
  'settings reset': { name: 'zurücksetzen', description: 'Eine Einstellung wieder so, wie sie am Anfang war' },
  'settings reset setting': { name: 'einstellung', description: 'Welche' },
  'settings words': { name: 'wörter', description: 'Wörter, die in Texten abgelehnt oder zugelassen werden' },
  'settings words list': { name: 'liste', description: 'Welche Liste' },
  'settings words add': {
    name: 'hinzu',
    description: 'Wörter oder Wendungen, durch Kommas getrennt; * steht für jede Endung',
  },
  'settings words remove': { name: 'weg', description: 'Wörter, die von der Liste sollen, durch Kommas getrennt' },
  'settings roles': { name: 'rollen', description: 'Rollen, die erschaffen dürfen oder als Moderation gelten' },
  'settings roles who': { name: 'wer', description: 'Wofür die Rollen sind' },
  'settings roles add': { name: 'hinzu', description: 'Eine Rolle hinzufügen' },
  'settings roles remove': { name: 'weg', description: 'Eine Rolle wegnehmen' },
};

export const settingsTexts: typeof english = {
  names,
  values: {
    auto: 'wie es am besten passt',
    row: 'nebeneinander',
    column: 'untereinander',
    square: 'im Quadrat',
    everyone: 'alle',
    author: 'nur wer sie gemacht hat',
    roles: 'wer eine Rolle hat (`/einstellungen rollen`)',
    moderators: 'nur die Moderation',
    on: 'an',
    off: 'aus',
    slurs: 'nur Menschenverachtendes',
    standard: 'üblich: auch Sex und Fluchen',
    strict: 'streng: auch Grausames',
    spoiler: 'verdeckt',
    withhold: 'nicht gezeigt',
    flagged: 'gemeldete',
    always: 'alle',
    byModel: 'wie das Modell es vorsieht',
    byServer: 'wie der Server',
    en: 'English',
    de: 'Deutsch',
  },
  title: '## Einstellungen dieses Servers',
  line: ({ name, value }) => `**${name}**: ${value}`,
  notSet: 'nicht gesetzt (wie der Bot eingerichtet ist)',
  byDefault: ({ value }) => `${value} (nicht gesetzt)`,
  lists: ({ blocked, allowed }) =>
    `**eigene Wörter**: ${blocked} abgelehnt, ${allowed} zugelassen (\`/einstellungen wörter\`)`,
  rolesLine: ({ creators, moderators }) => `**Rollen**: dürfen erschaffen: ${creators} · Moderation: ${moderators}`,
  nobody: 'keine',
  changed: ({ name, value }) => `**${name}** ist jetzt: ${value}`,
  modelFacts: ({ family, width, height, steps, memory, isDefault }) =>
    [
      ...(isDefault ? ['empfohlen'] : []),
      ...(family === undefined ? [] : [family]),
      `${width} × ${height}`,
      `${steps} Schritte`,
      `${gigabytes(memory)} GB Speicher`,
    ].join(' · '),
  modelProblem: 'lässt sich gerade nicht verwenden',
  modelNeedsCasting:
    'Geschichten, die schon warten, behalten ihr Modell. Figuren haben für jedes Modell eine Vorlage: wer mit diesem noch nie besetzt war, wird zur Neubesetzung angeboten und sieht mit dem anderen aus wie bisher.',
  staysSet: ({ items }) =>
    `Hier schon gesetzt und auch für dieses Modell gültig: ${items}. \`/einstellungen zurücksetzen\` nimmt das zurück.`,
  castAsTheyWere:
    'Das gilt für neue Figuren und für Geschichten ohne Figuren: wer besetzt ist, wird gezeichnet wie bei der Besetzung, bis zur nächsten.',
  beyondLimit: ({ value, most }) => `${value}, aber wer diesen Bot betreibt, erlaubt ${most}`,
  needsRoles:
    'Noch ist keine Rolle genannt, also darf es nur die Moderation: nenne welche mit `/einstellungen rollen`.',
  words: ({ list, count }) => `**${list}**: ${count}`,
  noWords: ({ list }) => `**${list}**: keine. Mit \`add\` kommen welche dazu.`,
  wordsInFile: 'Sie sind in der Datei.',
};
