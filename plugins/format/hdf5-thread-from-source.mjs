// Starts the HDF5 thread from its TypeScript source. Node's `--import tsx` does not reach worker threads, so the loader is
// registered here. The compiled package starts hdf5-thread.js itself.
// Before the loader, which would take seconds and hundreds of megabytes to look through its four megabytes.
import 'h5wasm/node';
import { register } from 'tsx/esm/api';

register();
await import('./hdf5-thread.ts');
