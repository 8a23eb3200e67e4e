import { envExample } from '../src/env-example.ts';
import { writeFileAtomically } from '../src/files/write-atomically.ts';

await writeFileAtomically(new URL('../.env.example', import.meta.url).pathname, envExample());
