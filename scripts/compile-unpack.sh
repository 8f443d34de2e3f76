#!/bin/sh
# Makes plugins/format/unpack-module.ts of plugins/format/unpack.as. AssemblyScript is fetched for this alone.
set -e
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
cp plugins/format/unpack.as "$folder/unpack.ts"
(cd "$folder" && npx --yes --package assemblyscript@0.28.20 asc unpack.ts -O3 --runtime stub --noAssert \
  --enable simd --enable bulk-memory --initialMemory 1 -o unpack.wasm)
{
  echo '/** Made of `unpack.as` by `scripts/compile-unpack.sh`; do not edit. */'
  echo 'export const UNPACK ='
  base64 -w 110 "$folder/unpack.wasm" | sed "s/.*/  '&' +/; \$s/ +\$/;/"
} > plugins/format/unpack-module.ts
rm -r "$folder"
npx biome format --write plugins/format/unpack-module.ts
