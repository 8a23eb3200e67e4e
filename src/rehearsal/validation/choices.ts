import { ApplicationCommandOptionType, Locale } from 'discord.js';
import type { Field } from './field.ts';

/** https://docs.discord.com/developers/interactions/application-commands (counts and characters). */
const LIMITS = { choices: 25, name: 100, value: 100 };
const LOCALES: readonly string[] = Object.values(Locale);

/** Checks the choices of an option or of an autocomplete answer against the option's type. */
export function checkChoices(choices: Field, optionType: number | undefined): void {
  const names = new Set<string>();
  for (const choice of choices.items({ max: LIMITS.choices })) {
    const name = choice.at('name').text({ min: 1, max: LIMITS.name, required: true });
    if (name !== undefined && names.has(name)) {
      choice
        .at('name')
        .refuse('APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS', 'Option choice name already exists');
    }
    if (name !== undefined) names.add(name);
    checkLocalised(choice.at('name_localizations'), (text) => text.text({ min: 1, max: LIMITS.name, required: true }));
    const value = choice.at('value');
    if (optionType === ApplicationCommandOptionType.String) value.text({ min: 1, max: LIMITS.value, required: true });
    else if (optionType === ApplicationCommandOptionType.Integer) value.integer({ required: true });
    else if (optionType === ApplicationCommandOptionType.Number) value.number({ required: true });
  }
}

/** Checks each translation of a text, and that its locale is one of Discord's. */
export function checkLocalised(localisations: Field, check: (text: Field) => void): void {
  for (const [locale, text] of localisations.entries()) {
    if (LOCALES.includes(locale)) check(text);
    else text.refuse('BASE_TYPE_CHOICES', `Locale must be one of {${LOCALES.join(', ')}}.`);
  }
}
