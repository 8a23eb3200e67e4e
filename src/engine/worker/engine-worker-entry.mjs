// Node 20 doesn't take a parent's TypeScript loader along into a worker thread, whatever execArgv says: the thread
// registers its own. Plain JavaScript, because nothing is registered yet when this file is read.
import { register } from 'tsx/esm/api';

register();
await import('./engine-worker.ts');
