#!/bin/sh
# Makes NAME-module.ts of a NAME.as beside it: sh scripts/compile-webassembly.sh plugins/format/unpack.as
# AssemblyScript is fetched for this alone.
set -e
source=$1
module="${source%.as}-module.ts"
name=$(basename "$source" .as)
constant=$(echo "$name" | tr 'a-z-' 'A-Z_')
folder=$(mktemp -d)
cp "$source" "$folder/module.ts"
(cd "$folder" && npx --yes --package assemblyscript@0.28.20 asc module.ts -O3 --runtime stub --noAssert \
  --enable simd --enable bulk-memory --initialMemory 1 -o module.wasm)
{
  echo "/** Made of \`$name.as\` by \`scripts/compile-webassembly.sh\`; do not edit. */"
  echo "export const $constant ="
  base64 -w 110 "$folder/module.wasm" | sed "s/.*/  '&' +/; \$s/ +\$/;/"
} > "$module"
rm -r "$folder"
npx biome format --write "$module"
