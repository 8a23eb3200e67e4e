import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const chromiumIsThere = existsSync(EXECUTABLE);

/** Tests with a browser run wherever there is one; in CI there must be. */
export function mayGoWithoutBrowser(): boolean {
  if (chromiumIsThere) return false;
  if (process.env.CI !== 'true') return true;
  throw new Error(
    `Expected Chromium at ${EXECUTABLE}, but got nothing there. ` +
      'Run apt-get update && apt-get install -y chromium fonts-noto-color-emoji, or set CHROMIUM_PATH.',
  );
}

export interface OpenBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** A browser that nobody has used before and nobody will after. */
export async function openBrowser(): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'rehearsal-browser-'));
  const viewport = { width: 1280, height: 860 };
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    args: FLAGS,
    viewport,
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
