/** See `built.mjs`. */
const ROOT = new URL('..', import.meta.url).href;
const SOURCE = /^(?:core|plugins|graphs)\/.*\.js$/;

export function resolve(specifier, { parentURL, ...context }, next) {
  const wanted = specifier.startsWith('.') ? new URL(specifier, parentURL).href : specifier;
  const source = wanted.startsWith(ROOT) ? wanted.slice(ROOT.length) : '';
  return next(SOURCE.test(source) ? `${ROOT}dist/${source}` : specifier, { parentURL, ...context });
}
