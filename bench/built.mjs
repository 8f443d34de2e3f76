/**
 * Lets a worker of a benchmark import the built package where its sources are named, as those who install it do:
 * `node --import tsx --import ./bench/built.mjs`. tsx gives every function its name at run time, which takes a fifth of reading.
 */
import module from 'node:module';
import { resolve } from './built-hooks.mjs';

// tsx takes the newer kind where Node has it, and comes first where the other is the older one.
if (module.registerHooks) module.registerHooks({ resolve });
else module.register('./built-hooks.mjs', import.meta.url);
