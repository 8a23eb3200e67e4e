import { MAX_LOOKS_LENGTH, MAX_NAME_LENGTH } from '../../story/character.ts';
import { MAX_PANEL_LENGTH } from '../../story/panel-script.ts';
import { MAX_TITLE_LENGTH } from '../../story/story-script.ts';
import type { errors as english } from '../en/errors.ts';
import type { ErrorText } from '../messages.ts';
import { operatorErrors } from '../operator-codes.ts';

const gigabytes = (bytes: string) => (Number(bytes) / 1e9).toLocaleString('de', { maximumFractionDigits: 1 });

export const errors: Record<keyof typeof english, ErrorText> = {
  'character-empty': () => 'Sag, wie die Figur aussieht, zum Beispiel „a fox wearing a scarf“.',
  'character-too-long': () =>
    `Das ist zu lang: ein Name hat höchstens ${MAX_NAME_LENGTH} Zeichen, ein Aussehen höchstens ${MAX_LOOKS_LENGTH}. Das Modell liest ohnehin nur die ersten Wörter.`,
  'character-name-empty': () => 'Die Figur braucht einen Namen, zum Beispiel Rusty.',
  'character-name-taken': (of) =>
    `Hier heißt schon jemand „${of('name')}“. Nimm einen anderen Namen, oder ändere, besetze oder verabschiede die andere Figur.`,
  'character-unknown': (of) =>
    `Hier heißt niemand „${of('name')}“.${of('suggestions') ? ` Meintest du ${of('suggestions')}?` : ' `/figur liste` zeigt die Besetzung.'}`,
  'character-not-found': () => 'Diese Figur gibt es nicht mehr; vielleicht wurde sie gelöscht.',
  'character-active': (of) =>
    `${of('name')} spielt noch. \`/figur verabschieden\` nimmt eine Figur aus der Besetzung; dann lässt sie sich löschen.`,
  'character-in-stories': (of) =>
    `${of('name')} lässt sich nicht löschen: ${of('count') === '1' ? 'eine Geschichte wird' : `${of('count')} Geschichten werden`} nach dieser Vorlage gezeichnet und ließe${of('count') === '1' ? '' : 'n'} sich ohne sie nicht weiterzeichnen${of('titles') ? ` (${of('titles')})` : ''}. Wer sie gemacht hat oder die Moderation kann sie vorher mit \`/geschichte löschen\` löschen. Bis dahin bleibt die Figur verabschiedet und spielt in nichts Neuem.`,
  'character-retired': (of) => `${of('name')} ist verabschiedet und spielt nicht mehr.`,
  'characters-same-name': (of) => `Zwei Figuren heißen „${of('name')}“; gib ihnen verschiedene Namen.`,
  'characters-too-many': (of) => `In eine Geschichte passen höchstens ${of('most')} Figuren; das sind ${of('count')}.`,
  'subject-unclear': () =>
    'Es ist unklar, was die Figur ist. Beginne damit („a fox wearing a scarf“) oder markiere es: „a *polar bear* cub“.',
  'subject-empty': () => 'Es ist unklar, was die Figur ist. Beginne das Aussehen damit: „a fox wearing a scarf“.',
  'subject-not-in-prompt': () =>
    'Das Modell findet die Figur in einem Feld nicht. Beschreibe sie mit einfacheren Wörtern.',
  'subject-truncated': () => 'Ein Feld ist zu lang: seine Figur kommt erst nach den Wörtern, die das Modell liest.',
  'story-empty': () => 'Schreib wenigstens ein Feld, zum Beispiel „Rusty standing in the forest“.',
  'story-not-found': () => 'Diese Geschichte gibt es nicht mehr; vielleicht wurde sie gelöscht.',
  'story-unknown': (of) =>
    `Hier heißt keine Geschichte „${of('name')}“.${of('suggestions') ? ` Meintest du ${of('suggestions')}?` : ' `/geschichte liste` zeigt alle.'}`,
  'panels-too-many': (of) => `Eine Geschichte hat höchstens ${of('most')} Felder; das sind ${of('count')}. Teile sie.`,
  'panel-empty': (of) => `Feld ${of('place')} ist leer. Schreib, was es zeigt, oder lass es weg.`,
  'panel-too-long': (of) => `Feld ${of('place')} ist zu lang: höchstens ${MAX_PANEL_LENGTH} Zeichen.`,
  'panel-names-nobody': (of) => `Sag, wer in Feld ${of('place')} ist: ${of('names')}.`,
  'panel-not-found': () => 'Dieses Feld gibt es nicht.',
  'panel-unknown': (of) => `Ein Feld ${of('place')} gibt es nicht: die Geschichte hat ${of('count')}.`,
  'take-not-found': () => 'Diese Fassung gibt es nicht mehr.',
  'canon-not-found': () => 'Diese Vorlage gibt es nicht mehr.',
  'candidate-not-found': () => 'Diesen Entwurf gibt es nicht mehr; besetze die Figur neu.',
  'job-not-found': () => 'Diese Zeichnung gibt es nicht mehr; vielleicht wurde sie gelöscht.',
  'title-too-long': () => `Der Titel ist zu lang: höchstens ${MAX_TITLE_LENGTH} Zeichen.`,
  'seed-invalid': () =>
    'Ein Startwert ist eine ganze Zahl von 0 bis 18446744073709551615. Ohne Angabe wird einer gewählt.',
  'setting-invalid': (of) =>
    `Das geht nicht für „${of('setting')}“.${of('possible') ? ` Möglich: ${of('possible')}.` : ' `/einstellungen zeigen` zeigt, was geht.'}`,
  'setting-beyond-limit': (of) =>
    `Wer diesen Bot betreibt, erlaubt für „${of('setting')}“ höchstens ${of('most')}; mehr würde nie gelten.`,
  'privacy-part-unknown': (of) =>
    `Einen Teil ${of('part')} gibt es nicht. \`/datenschutz ausgeben\` beginnt mit dem ersten.`,
  'settings-not-here': () => 'Einstellungen sind für die, die einen Server verwalten dürfen, und nur dort.',
  'word-invalid': (of) =>
    `Ein Wort hat höchstens 100 Zeichen, und vor einem * mindestens ${of('shortest')}. Kommas trennen Wörter.`,
  'queue-full-member': (of) => `Von dir warten schon ${of('limit')}, mehr geht nicht. \`/schlange\` zeigt sie.`,
  'queue-full-scope': (of) => `Hier warten schon ${of('limit')}, mehr geht nicht. Versuch es nachher noch einmal.`,
  'creating-not-allowed': () => 'Hier dürfen nur manche Rollen etwas erschaffen, und du hast keine davon.',
  'author-only': () => 'Das darf nur, wer es gemacht hat, oder die Moderation.',
  'moderators-only': () => 'Das darf nur die Moderation.',
  'permissions-missing': (of) =>
    `Ich kann hier nicht posten, mir fehlt die Berechtigung: ${of('names')}. Die Moderation kann sie geben.`,
  'picture-withheld': () =>
    'Ein Bild dieser Geschichte wird hier nicht gezeigt, so ist dieser Server eingestellt. Zeichne das Feld zuerst neu.',
  'picture-animated': () => 'Das ist eine Animation. Nimm ein einzelnes Bild daraus.',
  'picture-too-small': (of) => `Das Bild ist zu klein: mindestens ${of('least')} Pixel.`,
  'picture-unreadable': () => 'Diese Datei ist kein lesbares Bild. Nimm PNG, JPEG oder WebP.',
  'picture-too-large': (of) => `Das Bild ist zu groß: höchstens ${of('most')}.`,
  'picture-size': () => 'Die Größe des Bildes passt nicht zum Modell. Nimm ein anderes.',
  'text-refused': (of) =>
    /minors|never/.test(of('reason'))
      ? 'Troupe zeichnet nichts, was jemanden sexualisiert, der minderjährig sein könnte, weder hier noch anderswo.'
      : `Ein Wort in ${of('fields')} ist hier nicht willkommen (${of('hints')}). Sag es anders; es wurde nichts gezeichnet.`,
  'export-too-large': (of) => `Die Datei ist zu groß für diesen Server (${of('got')}). Nimm ein anderes Format.`,
  'character-name-unusable': (of) =>
    `Der Name „${of('name')}“ kann nicht in einem Feld stehen: lass | @ < > * : \` und Zeilenumbrüche weg.`,
  'character-not-yours': (of) =>
    `${of('name')} gehört jemand anderem. Frag diese Person oder die Moderation, oder erschaffe eine eigene Figur.`,
  'character-subject-fixed': (of) =>
    `${of('name')} ist „${of('subject')}“, wie die Vorlage zeigt. Behalte dieses Wort im Aussehen, oder erschaffe eine neue Figur.`,
  'casting-not-drawn': (of) =>
    `${of('name')} hat noch keinen Besetzungsbogen. Warte darauf, oder lass einen mit \`/figur neubesetzen\` zeichnen.`,
  'canon-outdated': (of) =>
    `${of('name')}: mit dem Modell ${of('model')} noch nicht besetzt${of('canonModel') ? `, nur mit ${of('canonModel')}` : ''}. Besetze neu, um eine Vorlage dafür zu haben; die andere bleibt und ist mit ihrem Modell wieder da.`,
  'story-model-changed': (of) =>
    `Das Modell ${of('model')} ist ein anderes als beim Zeichnen dieser Geschichte, ihre Figuren würden zu jemand anderem. Wandle die Geschichte ab, oder erzähle sie neu.`,
  'sampler-unsuited': (of) =>
    `Mit ${of('sampler') || 'seinem eigenen Verfahren'} in ${of('steps')} Schritten lässt sich das Modell ${of('model')} nicht zeichnen. Die Moderation kann mit \`/einstellungen\` ein anderes Verfahren, andere Schritte oder ein anderes Modell wählen.`,
  'model-unusable': (of) =>
    `Das Modell ${of('model')} lässt sich gerade nicht verwenden (\`${of('problem')}\`). Die Moderation kann mit \`/einstellungen setzen\` ein anderes wählen; wer den Bot betreibt, kann es beheben.`,
  'lora-unknown': (of) =>
    `Eine LoRA „${of('lora')}“ gibt es für das hiesige Modell nicht.${of('loras') ? ` Es gibt: ${of('loras')}.` : ''}`,
  'lora-unsuited': (of) =>
    `Die LoRA ${of('lora')} ist für eine andere Familie von Modellen als ${of('model')} gemacht. Passende werden beim Tippen vorgeschlagen.`,
  'lora-unusable': (of) =>
    `Die LoRA ${of('lora')} lässt sich so nicht verwenden (\`${of('problem')}\`). Das muss die Person beheben, die den Bot betreibt.`,
  'lora-gone': (of) =>
    `Die LoRA ${of('lora')} ist nicht mehr da, wie sie war, als die Geschichte entstand. Die Person, die den Bot betreibt, kann sie zurückbringen; oder erzähle die Geschichte neu.`,
  'story-not-drawn': () => 'Die Geschichte ist noch nicht gezeichnet. Warte, bis ihre Seite da ist.',
  'story-not-yours': (of) =>
    of('redrawing') === 'author'
      ? 'Diese Geschichte dürfen nur ihre Autorin oder ihr Autor und die Moderation neu zeichnen.'
      : 'Hier darf nur die Moderation neu zeichnen.',
  'job-not-yours': () =>
    'Um diese Zeichnung hat jemand anderes gebeten. Diese Person oder die Moderation kann sie abbrechen.',
  'model-unknown': (of) =>
    `Ein Modell „${of('model')}“ gibt es nicht (mehr). Es gibt: ${of('models')}. \`/einstellungen\` ändert es.`,
  ...operatorErrors({
    model: (of) =>
      `Das Modell lässt sich so nicht verwenden (\`${of('code')}\`). Das muss die Person beheben, die den Bot betreibt.`,
    setup: (of) =>
      `Etwas ist falsch eingestellt (\`${of('code')}\`). Das muss die Person beheben, die den Bot betreibt.`,
    canon: () => 'Die Vorlage der Figur passt nicht zum jetzigen Modell. Besetze die Figur neu.',
    blob: () =>
      'Ein gespeichertes Bild fehlt oder ist beschädigt. Neu zeichnen hilft, oder die Person, die den Bot betreibt, holt es zurück.',
  }),
  'memory-limit': (of) =>
    `Das braucht ungefähr ${gigabytes(of('needed'))} GB Speicher, da sind ${gigabytes(of('limit'))}. Zeichne weniger Felder, oder die Moderation wählt mit \`/einstellungen\` ein kleineres Modell.`,
};
