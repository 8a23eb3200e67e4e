import { refuse } from '../../discord-error.ts';
import type { Channel } from '../../state/places.ts';
import type { World } from '../../state/world.ts';
import { checkForm } from '../../validation/field.ts';
import { memberObject, userObject } from '../../wire/people.ts';
import { channelObject, guildObject, roleObject } from '../../wire/places.ts';
import { needPermissions, publicMessage } from '../access.ts';
import { done, ok, type RestCall } from '../call.ts';
import type { Router } from '../router.ts';

const MAX_CHANNEL_NAME = 100;

/** Channels, threads, guilds, members and users. */
export function addPlaceRoutes(router: Router, world: World): void {
  const channelOf = ({ params }: RestCall) => {
    const channel = world.channel(params.channel ?? '');
    needPermissions(world, channel);
    return channel;
  };
  const guildOf = ({ params }: RestCall) => world.guild(params.guild ?? '');
  const startThread = (parent: Channel, body: unknown) => {
    if (parent.kind !== 'text') throw refuse('wrongChannelType');
    needPermissions(world, parent, 'CreatePublicThreads');
    let name = '';
    checkForm(body, (form) => {
      name = form.at('name').text({ min: 1, max: MAX_CHANNEL_NAME, required: true }) ?? '';
    });
    const { guildId, id: parentId, position, ageGated } = parent;
    return world.addChannel({
      kind: 'thread',
      name,
      topic: '',
      position,
      ageGated,
      parentId,
      ...(guildId && { guildId }),
    });
  };

  router.add('GET', '/channels/:channel', (call) => ok(channelObject(world, channelOf(call))));
  router.add('DELETE', '/channels/:channel', (call) => {
    const channel = channelOf(call);
    if (channel.kind !== 'dm')
      needPermissions(world, channel, channel.kind === 'thread' ? 'ManageThreads' : 'ManageChannels');
    world.removeChannel(channel);
    return ok(channelObject(world, channel));
  });
  router.add('POST', '/channels/:channel/typing', (call) => {
    world.events.send({ type: 'typing', channel: channelOf(call), userId: world.bot.id });
    return done;
  });
  router.add('POST', '/channels/:channel/threads', (call) => ({
    status: 201,
    body: channelObject(world, startThread(channelOf(call), call.body)),
  }));
  router.add('POST', '/channels/:channel/messages/:message/threads', (call) => {
    const parent = channelOf(call);
    publicMessage(world, parent, call.params.message ?? '');
    return { status: 201, body: channelObject(world, startThread(parent, call.body)) };
  });
  router.add('PUT', '/channels/:channel/thread-members/@me', (call) => {
    channelOf(call);
    return done;
  });

  router.add('GET', '/guilds/:guild', (call) => ok(guildObject(world, guildOf(call))));
  router.add('GET', '/guilds/:guild/channels', (call) => {
    const { id } = guildOf(call);
    const channels = [...world.channels.values()].filter(({ guildId, kind }) => guildId === id && kind === 'text');
    return ok(channels.map((channel) => channelObject(world, channel)));
  });
  router.add('GET', '/guilds/:guild/roles', (call) => ok([...guildOf(call).roles.values()].map(roleObject)));
  router.add('GET', '/guilds/:guild/members/:user', (call) => {
    const guild = guildOf(call);
    const userId = call.params.user === '@me' ? world.bot.id : (call.params.user ?? '');
    if (!guild.members.has(userId)) throw refuse('unknownMember');
    return ok(memberObject(world, guild, userId));
  });

  router.add('GET', '/users/@me', () => ok(userObject(world.bot)));
  router.add('GET', '/users/@me/guilds', () =>
    ok(
      [...world.guilds.values()].map(({ id, name }) => ({
        id,
        name,
        icon: null,
        owner: false,
        permissions: '0',
        features: [],
      })),
    ),
  );
  router.add('GET', '/users/:user', ({ params }) => ok(userObject(world.person(params.user ?? ''))));
  router.add('POST', '/users/@me/channels', ({ body }) => {
    let recipient = '';
    checkForm(body, (form) => {
      recipient = form.at('recipient_id').text({ min: 1, required: true }) ?? '';
    });
    return ok(channelObject(world, world.directMessages(recipient)));
  });
}
