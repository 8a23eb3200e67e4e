import type { APIApplicationCommand } from 'discord.js';
import { refuse } from '../../discord-error.ts';
import type { World } from '../../state/world.ts';
import { checkCommand, checkCommands } from '../../validation/commands.ts';
import { checkForm, Field } from '../../validation/field.ts';
import { FormErrors } from '../../validation/form-errors.ts';
import { userObject } from '../../wire/people.ts';
import { done, ok, type RestCall } from '../call.ts';
import type { Router } from '../router.ts';

type CommandBody = Partial<APIApplicationCommand> & { name: string };

/** The application and its commands, global and per server. */
export function addApplicationRoutes(router: Router, world: World): void {
  const application = () => ({
    id: world.bot.id,
    name: world.bot.name,
    icon: null,
    description: 'In rehearsal',
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: 0,
    bot: userObject(world.bot),
    approximate_guild_count: world.guilds.size,
    install_params: { scopes: ['bot', 'applications.commands'], permissions: '0' },
  });
  router.add('GET', '/applications/@me', () => ok(application()));
  router.add('GET', '/oauth2/applications/@me', () => ok(application()));
  addCommandRoutes(router, world, '/applications/:application/commands');
  addCommandRoutes(router, world, '/applications/:application/guilds/:guild/commands');
}

function addCommandRoutes(router: Router, world: World, base: string): void {
  const scope = ({ params }: RestCall) => {
    if (params.application !== world.bot.id) throw refuse('unknownApplication');
    return params.guild === undefined ? undefined : world.guild(params.guild).id;
  };
  const listed = (guildId: string | undefined) =>
    [...world.commands.values()].filter((command) => command.guild_id === guildId);
  const find = (call: RestCall) => {
    const guildId = scope(call);
    const command = world.commands.get(call.params.command ?? '');
    if (!command || command.guild_id !== guildId) throw refuse('unknownCommand');
    return command;
  };
  const same = (a: CommandBody, b: CommandBody) => a.name === b.name && (a.type ?? 1) === (b.type ?? 1);
  const store = (guildId: string | undefined, body: CommandBody) => {
    const old = listed(guildId).find((command) => same(command, body));
    const command = {
      dm_permission: true,
      nsfw: false,
      default_member_permissions: null,
      contexts: null,
      integration_types: [0],
      description: '',
      type: 1,
      ...body,
      id: old?.id ?? world.ids.next(),
      application_id: world.bot.id,
      version: world.ids.next(),
      ...(guildId !== undefined && { guild_id: guildId }),
    } as APIApplicationCommand;
    world.commands.set(command.id, command);
    return { command, created: !old };
  };
  const changed = () => world.events.send({ type: 'commandsChanged' });

  router.add('GET', base, (call) => {
    const commands = listed(scope(call));
    return ok(call.query.get('with_localizations') === 'true' ? commands : withoutTranslations(commands));
  });
  router.add('PUT', base, (call) => {
    const guildId = scope(call);
    const errors = new FormErrors();
    checkCommands(new Field(call.body, errors));
    errors.throwIfAny();
    const bodies = call.body as CommandBody[];
    for (const old of listed(guildId)) if (!bodies.some((body) => same(old, body))) world.commands.delete(old.id);
    const commands = bodies.map((body) => store(guildId, body).command);
    changed();
    return ok(commands);
  });
  router.add('POST', base, (call) => {
    const guildId = scope(call);
    checkForm(call.body, checkCommand);
    const { command, created } = store(guildId, call.body as CommandBody);
    changed();
    return { status: created ? 201 : 200, body: command };
  });
  router.add('GET', `${base}/:command`, (call) => ok(find(call)));
  router.add('PATCH', `${base}/:command`, (call) => {
    const old = find(call);
    const body = { ...old, ...(call.body as CommandBody) };
    checkForm(body, checkCommand);
    world.commands.delete(old.id);
    const command = { ...body, id: old.id, version: world.ids.next() } as APIApplicationCommand;
    world.commands.set(command.id, command);
    changed();
    return ok(command);
  });
  router.add('DELETE', `${base}/:command`, (call) => {
    world.commands.delete(find(call).id);
    changed();
    return done;
  });
}

/** Discord leaves the translations out of lists unless asked for them. */
function withoutTranslations(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTranslations);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !key.endsWith('_localizations'));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutTranslations(inner)]));
}
