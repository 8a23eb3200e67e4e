import { downloadFile, HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';

export const PUBLIC_HUB = 'https://huggingface.co';

/** A file of a repository, as the hub lists it. */
export interface RemoteFile {
  readonly path: string;
  /** bytes */
  readonly size: number;
  readonly checksum: Checksum;
  /** its name on this machine, if it isn't its path */
  readonly savedAs?: string;
}

/** Of the bytes of a large file (Git LFS), or of a small one as git names it: "blob", its length and its bytes. */
export interface Checksum {
  readonly kind: 'sha256' | 'git-blob';
  /** hex */
  readonly digest: string;
}

/** A repository at one commit, which doesn't change while it is fetched. */
export interface RemoteRepo {
  readonly name: string;
  readonly commit: string;
  readonly license: string | undefined;
  readonly files: readonly RemoteFile[];
}

/** A model hub: Hugging Face's, or one with the same interface. */
export interface Hub {
  readonly address: string;
  /** @throws UserError `hub-unknown`, `hub-login`, `hub-licence`, `hub-unreachable` */
  open(name: string, revision: string, signal: AbortSignal): Promise<RemoteRepo>;
  /**
   * The bytes of a file from `start` on, to `end` or its end. Breaks off with any error when the connection does.
   * @throws UserError as `open`
   */
  read(repo: RemoteRepo, file: RemoteFile, start: number, signal: AbortSignal, end?: number): AsyncIterable<Uint8Array>;
}

export interface HubOptions {
  readonly address?: string;
  readonly token?: string;
  /** milliseconds without a byte after which a connection is given up */
  readonly patience?: number;
}

const DEFAULT_PATIENCE = 30_000;
/** Of a model card's front matter, which its authors write: any shape may come. */
const CARD = z.looseObject({
  license: z.string().optional().catch(undefined),
  license_name: z.string().optional().catch(undefined),
});

/** @throws UserError `option-invalid` for an address or a token that isn't one */
export function openHub({ address = PUBLIC_HUB, token, patience = DEFAULT_PATIENCE }: HubOptions = {}): Hub {
  const hubUrl = address.replace(/\/+$/, '');
  if (!/^https?:\/\/./.test(hubUrl) || !URL.canParse(hubUrl)) throw notAnAddress(address);
  if (token !== undefined && !token.startsWith('hf_')) throw notAToken();
  const access = { hubUrl, ...(token !== undefined && { accessToken: token }) };
  const refuse = (error: unknown, name: string, revision?: string) =>
    hubRefusal(error, { name, revision, hubUrl, token });

  return {
    address: hubUrl,
    async open(name, revision, signal) {
      const watch = watchdog(signal, patience);
      const asked = { ...access, fetch: watch.fetch };
      try {
        const info = await modelInfo({ name, revision, additionalFields: ['sha', 'cardData'], ...asked });
        const files: RemoteFile[] = [];
        for await (const entry of listFiles({ repo: name, revision: info.sha, recursive: true, ...asked })) {
          watch.alive();
          if (entry.type !== 'file') continue;
          const checksum: Checksum = entry.lfs
            ? { kind: 'sha256', digest: entry.lfs.oid }
            : { kind: 'git-blob', digest: entry.oid ?? '' };
          files.push({ path: entry.path, size: entry.lfs?.size ?? entry.size, checksum });
        }
        const card = CARD.safeParse(info.cardData);
        const license = card.success ? (card.data.license_name ?? card.data.license) : undefined;
        return { name, commit: info.sha, license, files };
      } catch (error) {
        throw refuse(error, name, revision);
      } finally {
        watch.stop();
      }
    },
    async *read({ name, commit }, file, start, signal, end = file.size) {
      const watch = watchdog(signal, patience);
      try {
        const blob = await downloadFile({
          repo: name,
          revision: commit,
          path: file.path,
          xet: false,
          ...access,
          fetch: watch.fetch,
        });
        if (blob === null || blob.size !== file.size) throw new Error(`${file.path}: not as the hub lists it`);
        for await (const chunk of blob.slice(start, end).stream()) {
          watch.alive();
          yield chunk;
        }
      } catch (error) {
        throw refuse(error, name);
      } finally {
        watch.stop();
      }
    },
  };
}

/** `fetch` that gives up when nothing comes for a while, and that takes no other bytes than those it asked for. */
function watchdog(signal: AbortSignal, patience: number) {
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new Error(`nothing came for ${patience / 1000} seconds`));
  let timer = setTimeout(giveUp, patience);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, patience);
  };
  const both = AbortSignal.any([signal, stalled.signal]);
  return {
    alive,
    stop: () => clearTimeout(timer),
    fetch: async (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, { ...init, signal: both });
      alive();
      const range = new Headers(init?.headers).get('range');
      // a file's description is asked for by its first byte, and may be something else than that
      if (response.status === 200 && range !== null && range !== FIRST_BYTE) {
        // all of the file instead of a part of it would be appended to what is there
        await response.body?.cancel();
        throw new Error('the server does not know ranges of bytes');
      }
      return response;
    },
  };
}

const FIRST_BYTE = 'bytes=0-0';

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;

interface Asked {
  readonly name: string;
  readonly revision?: string;
  readonly hubUrl: string;
  readonly token: string | undefined;
}

/** What a person can do about a hub's answer; errors of the network stay what they are. */
function hubRefusal(error: unknown, { name, revision, hubUrl, token }: Asked): unknown {
  if (!(error instanceof HubApiError)) return error;
  const page = `${hubUrl}/${name}`;
  const what = revision === undefined ? name : `${name} at revision "${revision}"`;
  const context = { expected: `to fetch ${what} from ${hubUrl}`, repo: name, revision, status: error.statusCode };
  switch (error.statusCode) {
    case UNAUTHORIZED:
      return new UserError('hub-login', {
        ...context,
        got: token === undefined ? 'that the hub wants to know who asks' : 'that the hub does not know the token',
        todo:
          token === undefined
            ? `Check the spelling. If ${page} is private or asks for consent, make a token at ${hubUrl}/settings/tokens ` +
              'and put it into .env as HF_TOKEN, or give it with --token.'
            : `Make a new token at ${hubUrl}/settings/tokens, and check that it may read ${name}.`,
      });
    case FORBIDDEN:
      return new UserError('hub-licence', {
        ...context,
        got: 'that this account may not',
        todo: `Open ${page} in a browser, log in and accept the licence there; then try again with a token that may read it.`,
      });
    case NOT_FOUND:
      return new UserError('hub-unknown', {
        ...context,
        got: 'that there is no such model, or no such revision',
        todo: `Look it up at ${hubUrl}/models; the name has an owner, as in stabilityai/stable-diffusion-xl-base-1.0.`,
      });
    default:
      return error;
  }
}

function notAnAddress(address: string): UserError {
  return new UserError('option-invalid', {
    expected: 'HF_ENDPOINT to be the address of a hub',
    got: JSON.stringify(address),
    todo: `Leave it out for ${PUBLIC_HUB}.`,
    option: 'HF_ENDPOINT',
  });
}

function notAToken(): UserError {
  return new UserError('option-invalid', {
    expected: 'a token of Hugging Face, which begins with hf_',
    got: 'something else',
    todo: 'Copy it again from https://huggingface.co/settings/tokens.',
    option: 'token',
  });
}
