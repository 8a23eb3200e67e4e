import { fileURLToPath } from 'node:url';
import { envExample } from '../src/env-example.ts';
import { writeFileAtomically } from '../src/files/write-atomically.ts';

await writeFileAtomically(fileURLToPath(new URL('../.env.example', import.meta.url)), envExample());
