import { Buffer } from 'node:buffer';
import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  EmbedBuilder,
  Events,
  GatewayIntentBits,
  type Interaction,
  MediaGalleryBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
  UserSelectMenuBuilder,
} from 'discord.js';
import type { Rehearsal } from '../../src/rehearsal/index.ts';

/** A picture of one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const NAMES = ['Rusty the fox', 'Bruno the bear', 'Pip the penguin'];

export const COMMANDS = [
  new SlashCommandBuilder()
    .setName('story')
    .setDescription('Stories')
    .addSubcommand((sub) =>
      sub
        .setName('generate')
        .setDescription('Draw a story')
        .addStringOption((o) => o.setName('title').setDescription('Its title').setRequired(true).setMaxLength(40))
        .addStringOption((o) => o.setName('hero').setDescription('Who it is about').setAutocomplete(true))
        .addIntegerOption((o) => o.setName('panels').setDescription('How many').setMinValue(1).setMaxValue(9))
        .addStringOption((o) =>
          o
            .setName('layout')
            .setDescription('How they lie')
            .addChoices({ name: 'A row', value: 'row' }, { name: 'A grid', value: 'grid' }),
        )
        .addBooleanOption((o) => o.setName('spoiler').setDescription('Hide it'))
        .addUserOption((o) => o.setName('friend').setDescription('For whom'))
        .addAttachmentOption((o) => o.setName('picture').setDescription('An example')),
    ),
  new SlashCommandBuilder().setName('form').setDescription('Answers with a modal'),
  new SlashCommandBuilder()
    .setName('secret')
    .setNameLocalizations({ de: 'geheim' })
    .setDescription('Answers to you alone')
    .setDescriptionLocalizations({ de: 'Antwortet dir allein' }),
  new SlashCommandBuilder().setName('gallery').setDescription('Components V2'),
  new SlashCommandBuilder().setName('silent').setDescription('Never answers'),
  new SlashCommandBuilder().setName('guard').setDescription('For moderators').setDefaultMemberPermissions(0x20),
].map((command) => command.toJSON());

export interface TestBot {
  readonly client: Client<true>;
  /** What went wrong inside handlers, in order. */
  readonly errors: unknown[];
  stop(): Promise<void>;
}

/** A bot that uses everything the room can do: unmodified discord.js, told only where the API is. */
export async function startTestBot(room: Rehearsal, handler = answer): Promise<TestBot> {
  const { Guilds, GuildMessages, GuildMessageReactions, DirectMessages } = GatewayIntentBits;
  const client = new Client({
    intents: [Guilds, GuildMessages, GuildMessageReactions, DirectMessages],
    partials: [Partials.Message, Partials.Channel, Partials.Reaction, Partials.User],
    rest: { api: room.api },
  });
  const errors: unknown[] = [];
  client.on(Events.Error, (error) => errors.push(error));
  client.on(Events.InteractionCreate, (interaction) => {
    handler(interaction).catch((error: unknown) => errors.push(error));
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(room.token);
  const readyClient = await ready;
  await readyClient.application.commands.set(COMMANDS);
  return { client: readyClient, errors, stop: () => client.destroy() };
}

const button = (id: string, label: string, style = ButtonStyle.Primary) =>
  new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(style);

export async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused().toLowerCase();
    const found = NAMES.filter((name) => name.toLowerCase().includes(typed));
    await interaction.respond(found.map((name) => ({ name, value: name })));
  } else if (interaction.isChatInputCommand()) await answerCommand(interaction);
  else if (interaction.isButton()) {
    if (interaction.customId === 'update') await interaction.update({ content: 'updated', components: [] });
    else if (interaction.customId === 'silently') {
      await interaction.deferUpdate();
      await interaction.editReply('edited after deferUpdate');
    } else if (interaction.customId === 'ask') await interaction.showModal(scriptForm());
    else await interaction.reply({ content: `pressed ${interaction.customId}`, flags: MessageFlags.Ephemeral });
  } else if (interaction.isStringSelectMenu()) await interaction.reply(`chose ${interaction.values.join(' and ')}`);
  else if (interaction.isUserSelectMenu()) await interaction.reply(`chose ${interaction.users.first()?.displayName}`);
  else if (interaction.isModalSubmit()) {
    await interaction.reply(`script: ${interaction.fields.getTextInputValue('script')}`);
  }
}

async function answerCommand(interaction: Extract<Interaction, { commandName: string }>): Promise<void> {
  if (!interaction.isChatInputCommand()) return;
  const { commandName, options } = interaction;
  if (commandName === 'form') await interaction.showModal(scriptForm());
  else if (commandName === 'secret')
    await interaction.reply({ content: 'only for you', flags: MessageFlags.Ephemeral });
  else if (commandName === 'gallery') await interaction.reply(gallery());
  else if (commandName === 'guard') await interaction.reply('as you command');
  else if (commandName === 'story') {
    await interaction.deferReply();
    const title = options.getString('title', true);
    await interaction.editReply(`drawing ${title}: 50 %`);
    const friend = options.getUser('friend')?.displayName;
    const picture = options.getAttachment('picture');
    await interaction.editReply({
      content: `${title} ${options.getString('hero')} x${options.getInteger('panels')} ${options.getBoolean('spoiler')}`,
      embeds: [
        new EmbedBuilder()
          .setTitle(title)
          .setDescription(`for ${friend}, after ${picture?.name} (${picture?.width} px)`)
          .setImage('attachment://grid.png'),
      ],
      files: [new AttachmentBuilder(PIXEL, { name: 'grid.png', description: 'One pixel' })],
      components: [
        new ActionRowBuilder<ButtonBuilder>().addComponents(
          button('again', 'Again'),
          button('update', 'Update'),
          button('silently', 'Silently'),
          button('ask', 'Ask'),
          button('off', 'Off').setDisabled(true),
        ),
        new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(
          new StringSelectMenuBuilder()
            .setCustomId('panel')
            .setMaxValues(2)
            .addOptions({ label: 'Panel 1', value: '1' }, { label: 'Panel 2', value: '2' }),
        ),
        new ActionRowBuilder<UserSelectMenuBuilder>().addComponents(new UserSelectMenuBuilder().setCustomId('who')),
      ],
    });
    await interaction.followUp('and done');
  }
}

export function scriptForm(): ModalBuilder {
  const input = new TextInputBuilder()
    .setCustomId('script')
    .setLabel('Panels, one a line')
    .setStyle(TextInputStyle.Paragraph)
    .setMinLength(3);
  return new ModalBuilder()
    .setCustomId('script-form')
    .setTitle('Your script')
    .addComponents(new ActionRowBuilder<TextInputBuilder>().addComponents(input));
}

export function gallery() {
  const pictures = new MediaGalleryBuilder().addItems({
    media: { url: 'attachment://grid.png' },
    description: 'One pixel',
  });
  const container = new ContainerBuilder()
    .addTextDisplayComponents(new TextDisplayBuilder().setContent('## A day\nof *Rusty*'))
    .addMediaGalleryComponents(pictures)
    .addActionRowComponents((row) => row.setComponents(button('again', 'Again')));
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [container],
    files: [new AttachmentBuilder(PIXEL, { name: 'grid.png', description: 'One pixel' })],
  } as const;
}
