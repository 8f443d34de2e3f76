// Under a TypeScript loader (tests, development) a worker thread starts without it: register it, then go on.
import { register } from 'tsx/esm/api';

register();
const { default: compute } = await import('./worker.ts');
export default compute;
