/**
 * Lets a worker of a benchmark import the built package where its sources are named, as those who install it do:
 * `node --import tsx --import ./bench/built.mjs`. tsx gives every function its name at run time, which takes a fifth of reading.
 */
import { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(`
    const root = ${JSON.stringify(new URL('..', import.meta.url).href)};
    const source = /^(?:core|plugins|graphs)\\/.*\\.js$/;
    export async function resolve(specifier, context, next) {
      const at = specifier.startsWith('.') && context.parentURL ? new URL(specifier, context.parentURL).href : specifier;
      const inside = at.startsWith(root) ? at.slice(root.length) : '';
      return next(source.test(inside) ? root + 'dist/' + inside : specifier, context);
    }
  `)}`,
);
