// Starts the session thread from its TypeScript source. Node's `--import tsx` does not reach worker threads, so the
// loader is registered here. The compiled package starts session-thread.js itself.
import { register } from 'tsx/esm/api';

register();
await import('./session-thread.ts');
