import type { characterCommands as english } from '../en/character-commands.ts';
import type { CommandText } from '../messages.ts';

export const characterCommands: Record<keyof typeof english, CommandText> = {
  character: { name: 'figur', description: 'Die Besetzung: wer in deinen Geschichten spielt' },
  'character create': {
    name: 'erschaffen',
    description: 'Jemanden besetzen: vier Entwürfe werden gezeichnet, du wählst einen',
  },
  'character create name': { name: 'name', description: 'Wie die Figur in den Feldern heißt, zum Beispiel Rusty' },
  'character create looks': {
    name: 'aussehen',
    description: 'Wie sie aussieht, am besten englisch: a fox wearing a scarf',
  },
  'character create picture': { name: 'bild', description: 'Ein Bild von ihr (PNG, JPEG oder WebP)' },
  'character list': { name: 'liste', description: 'Alle, die hier spielen können' },
  'character list mine': { name: 'meine', description: 'Nur deine' },
  'character show': { name: 'zeigen', description: 'Eine Figur mit Vorlage, Startwert und Geschichten' },
  'character show name': { name: 'name', description: 'Wer' },
  'character edit': { name: 'ändern', description: 'Name oder Aussehen ändern' },
  'character edit name': { name: 'name', description: 'Wer' },
  'character edit rename': { name: 'umbenennen', description: 'Der neue Name' },
  'character edit looks': { name: 'aussehen', description: 'Das neue Aussehen; neu besetzen zeigt es' },
  'character recast': {
    name: 'neubesetzen',
    description: 'Vier neue Entwürfe; die Vorlage bleibt, bis du eine andere wählst',
  },
  'character recast name': { name: 'name', description: 'Wer' },
  'character retire': {
    name: 'verabschieden',
    description: 'Eine Figur aus der Besetzung nehmen; ihre Geschichten bleiben',
  },
  'character retire name': { name: 'name', description: 'Wer' },
  'character delete': {
    name: 'löschen',
    description: 'Eine verabschiedete Figur für immer löschen; du wirst vorher gefragt',
  },
  'character delete name': { name: 'name', description: 'Wer' },
};
