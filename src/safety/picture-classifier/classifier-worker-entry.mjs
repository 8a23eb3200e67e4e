// As engine-worker-entry.mjs: on Node 20 a worker thread registers its own TypeScript loader.
import { register } from 'tsx/esm/api';

register();
await import('./classifier-worker.ts');
