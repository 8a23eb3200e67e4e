import {
  type APIApplication,
  type APIApplicationCommand,
  type APIGuildMember,
  type APIRole,
  DiscordAPIError,
  PermissionFlagsBits,
  PermissionsBitField,
  REST,
  type RESTGetAPIGatewayBotResult,
  Routes,
} from 'discord.js';
import type { Command } from '../../discord/command.ts';
import { commandDiff } from '../../discord/command-diff.ts';
import { commandJson } from '../../discord/command-json.ts';
import { missingPermissions, missingToPost } from '../../discord/permissions.ts';
import { en } from '../../i18n/en.ts';
import { bad, examine, type Finding, warning, well } from './finding.ts';

/** Discord lets a bot identify a thousand times a day; a crash loop uses them up. */
const FEW_STARTS = 50;
const UNAUTHORISED = 401;

export interface DiscordExam {
  readonly token: string | undefined;
  /** Another address than Discord's: the rehearsal room's. */
  readonly api?: string;
  /** a server to look at */
  readonly server: string | undefined;
  readonly commands: readonly Command[];
}

export async function examineDiscord({ token, api, server, commands }: DiscordExam): Promise<Finding[]> {
  if (token === undefined) return [well('token', 'none: npm start opens the rehearsal room')];
  const rest = new REST({ api, retries: 1 }).setToken(token);
  const application = await login(rest);
  if ('health' in application) return [application];
  const { id, name } = application;
  const lookAt = (about: string, look: () => Promise<Finding>) => examine(about, async () => [await look()]);
  return [
    well('token', `logs in as ${name}`),
    ...(await lookAt('gateway', () => examineGateway(rest))),
    well('intents', 'no privileged one is needed'),
    ...(await lookAt('commands', () => examineCommands(rest, id, commands))),
    ...(server === undefined ? [] : await lookAt(`server ${server}`, () => examineServer(rest, server, id))),
  ];
}

async function login(rest: REST): Promise<APIApplication | Finding> {
  try {
    return (await rest.get(Routes.currentApplication())) as APIApplication;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.status === UNAUTHORISED) {
      const fix =
        'Copy it anew from https://discord.com/developers/applications (Bot, Reset Token) into DISCORD_TOKEN.';
      return bad('token', 'Discord refuses it', fix);
    }
    const reason = error instanceof Error ? error.message : String(error);
    return bad('Discord', `can't be reached: ${reason}`, 'Check the network, proxies and https://discordstatus.com.');
  }
}

async function examineGateway(rest: REST): Promise<Finding> {
  const { session_start_limit: limit } = (await rest.get(Routes.gatewayBot())) as RESTGetAPIGatewayBotResult;
  const found = `${limit.remaining} of ${limit.total} starts are left today`;
  if (limit.remaining >= FEW_STARTS) return well('gateway', found);
  const hours = Math.ceil(limit.reset_after / 3_600_000);
  return warning('gateway', found, `Find out why the bot restarts so often; they are back in ${hours} h.`);
}

async function examineCommands(rest: REST, id: string, commands: readonly Command[]): Promise<Finding> {
  const query = new URLSearchParams({ with_localizations: 'true' });
  const registered = (await rest.get(Routes.applicationCommands(id), { query })) as APIApplicationCommand[];
  const changes = commandDiff(registered, commands.map(commandJson), 'global').filter((line) => !line.startsWith(' '));
  if (changes.length === 0) return well('commands', `all ${commands.length} are registered`);
  return warning('commands', `not as they should be: ${changes.join(', ')}`, 'Run npm run register-commands.');
}

async function examineServer(rest: REST, server: string, userId: string): Promise<Finding> {
  const about = `server ${server}`;
  const invite = `https://discord.com/oauth2/authorize?client_id=${userId}&scope=bot+applications.commands&permissions=${WANTED}`;
  try {
    const roles = (await rest.get(Routes.guildRoles(server))) as APIRole[];
    const member = (await rest.get(Routes.guildMember(server, userId))) as APIGuildMember;
    // everybody has the role that has the server's own id
    const own = roles.filter(({ id }) => id === server || member.roles.includes(id));
    const bits = own.reduce((all, { permissions }) => all | BigInt(permissions), 0n);
    const missing = missingPermissions(new PermissionsBitField(bits), { isThread: false, isDirect: false });
    if (missing.length === 0) return well(about, 'the bot has all permissions there (channels may take some away)');
    const found = `the bot may not ${missing.map((name) => en.common.permissions[name]).join(', ')}`;
    const fix = `Give its role these permissions, or invite it again: ${invite}`;
    return missingToPost(missing).length > 0 ? bad(about, found, fix) : warning(about, found, fix);
  } catch (error) {
    if (!(error instanceof DiscordAPIError)) throw error;
    return bad(about, `the bot is not in it (${error.message})`, `Check the id, or invite the bot: ${invite}`);
  }
}

/** What an invitation asks for. */
const WANTED = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.SendMessagesInThreads,
  PermissionFlagsBits.AttachFiles,
  PermissionFlagsBits.ReadMessageHistory,
  PermissionFlagsBits.AddReactions,
  PermissionFlagsBits.ManageMessages,
].reduce((all, bit) => all | bit, 0n);
