#!/usr/bin/env bash
# The checks that read files and build nothing. Prints what is wrong; exits 1 when anything is.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
say() { echo "$*"; bad=1; }

python3 tools/check_layers.py || bad=1
[ -e tools/check_doc_snippets.py ] && { python3 tools/check_doc_snippets.py || bad=1; }
[ -e tools/check_requirements.py ] && { python3 tools/check_requirements.py || bad=1; }
python3 tools/check_openapi.py || bad=1
python3 tools/check_attacks.py || bad=1

sources=$(git ls-files 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'examples/*.cc' 'examples/*.h' 'bench/*.cc' 'bench/*.h')

# Tables are laid out by hand; everything else is formatted by clang-format.
unformatted=$(echo "$sources" | xargs -P "$(nproc)" -n 20 clang-format-19 --dry-run -Werror 2>&1 | grep -E 'error:' | cut -d: -f1 | sort -u)
[ -z "$unformatted" ] || say "not formatted (clang-format-19 -i): $unformatted"

# The size caps of the house, of files and of functions.
for file in $sources; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 700 ] || say "$file has $lines lines; the cap is 700: split it by meaning"
done

python3 tools/check_functions.py || bad=1

# Each folder of src/ says in at most 20 lines what it is for.
for folder in src/*/; do
  readme="${folder}README.md"
  [ -e "$readme" ] || { say "$folder has no README.md"; continue; }
  [ "$(wc -l <"$readme")" -le 20 ] || say "$readme has more than 20 lines"
done

# Nothing unfinished, and a test without an expectation cannot fail.
git grep -nE '\b(TODO|FIXME|XXX)\b' -- src examples bench && say "unfinished places in the code"
python3 tools/check_tests.py || bad=1
[ "$bad" = 0 ] && echo "repository checks passed"
exit "$bad"
