import type { Field } from './field.ts';

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits (characters). */
const LIMITS = {
  embeds: 10,
  title: 256,
  description: 4096,
  fields: 25,
  name: 256,
  value: 1024,
  footer: 2048,
  author: 256,
};
const TOTAL_CHARACTERS = 6000;
const MAX_COLOUR = 0xffffff;

/** Checks the `embeds` of a message, including the total over all of them. */
export function checkEmbeds(embeds: Field): void {
  let total = 0;
  const count = (text: string | undefined) => {
    total += text ? [...text].length : 0;
    return text;
  };
  for (const embed of embeds.items({ max: LIMITS.embeds })) {
    const parts = [
      count(embed.at('title').text({ max: LIMITS.title })),
      count(embed.at('description').text({ max: LIMITS.description })),
      count(embed.at('footer').at('text').text({ max: LIMITS.footer })),
      count(embed.at('author').at('name').text({ max: LIMITS.author })),
    ];
    for (const field of embed.at('fields').items({ max: LIMITS.fields })) {
      count(field.at('name').text({ min: 1, max: LIMITS.name, required: true }));
      count(field.at('value').text({ min: 1, max: LIMITS.value, required: true }));
      field.at('inline').boolean();
    }
    embed.at('color').integer({ min: 0, max: MAX_COLOUR });
    for (const place of [embed.at('image').at('url'), embed.at('thumbnail').at('url'), embed.at('url')]) {
      const url = place.text({ max: 2048 });
      if (url && !/^(https?|attachment):\/\//.test(url)) {
        place.refuse('URL_TYPE_INVALID_SCHEME', `Scheme "${url.split(':')[0]}" is not supported.`);
      }
    }
    const timestamp = embed.at('timestamp').text();
    if (timestamp && Number.isNaN(Date.parse(timestamp))) {
      embed.at('timestamp').refuse('DATE_TIME_TYPE_PARSE', 'Could not parse as an ISO8601 timestamp.');
    }
    const bare = parts.every((text) => !text) && !embed.at('fields').present && !embed.at('image').present;
    if (bare && !embed.at('thumbnail').present)
      embed.at('description').refuse('BASE_TYPE_REQUIRED', 'This field is required');
  }
  if (total > TOTAL_CHARACTERS) {
    embeds.refuse('MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${TOTAL_CHARACTERS}`);
  }
}
