import { defineConfig } from 'vitest/config';
import { LONG_TESTS, SETTINGS } from './vitest.config.ts';

/** `npm run test:chaos`: what takes minutes. */
export default defineConfig({ test: { ...SETTINGS, include: LONG_TESTS, fileParallelism: false } });
