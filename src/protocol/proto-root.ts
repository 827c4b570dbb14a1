import { fileURLToPath } from 'node:url';

/** The proto files lie beside `src/` and `dist/`. */
export const protoRoot = fileURLToPath(new URL('../../proto', import.meta.url));
