#!/bin/sh
# Runs the tool `ypp` on real updates: ypp_tool_test.sh YPP FIXTURES_DIR
set -u
ypp=$1
update=$2/open/assets/sveltecomponent-update.bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# check DESCRIPTION COMMAND...: the command must succeed.
check() {
  what=$1
  shift
  if ! "$@"; then
    echo "FAILED: $what" >&2
    failed=1
  fi
}
# status EXPECTED ARGUMENT...: the tool must end with this exit status and say so in one line on stderr, or several for usage.
status() {
  expected=$1
  shift
  "$ypp" "$@" >"$work/out" 2>"$work/err"
  got=$?
  check "ypp $* ends with $expected, not $got" test "$got" -eq "$expected"
  check "ypp $* says why on stderr" test -s "$work/err"
  test "$expected" -eq 1 && check "ypp $* says why in one line" test "$(wc -l <"$work/err")" -eq 1
}

"$ypp" convert "$update" >"$work/v2"
"$ypp" convert --v2 -o "$work/v1" "$work/v2"
check "V1 to V2 and back gives the same bytes" cmp -s "$update" "$work/v1"

"$ypp" state-vector "$update" >"$work/vector"
"$ypp" state-vector --v2 "$work/v2" | cmp -s - "$work/vector"
check "V1 and V2 have the same state vector" test $? -eq 0
check "a state vector as JSON names the client" grep -q 3141592653 <<EOF
$("$ypp" state-vector --json "$update")
EOF

"$ypp" diff "$update" "$work/vector" >"$work/diff"
check "a diff against the own state vector holds no structs" grep -q '"structs": 0' <<EOF
$("$ypp" info "$work/diff")
EOF
printf '\000' | "$ypp" diff "$update" - | cmp -s - "$update"
check "a diff against nothing is everything" test $? -eq 0

"$ypp" merge "$update" "$work/diff" >"$work/merged"
check "a merge with what is known already changes nothing" cmp -s "$update" "$work/merged"

"$ypp" show --root text:text "$update" >"$work/show1"
"$ypp" show --v2 --root text:text - <"$work/v2" >"$work/show2"
check "V1 and V2 show the same document" cmp -s "$work/show1" "$work/show2"
check "the text is shown" grep -q "import type { HtmlTag }" "$work/show1"

check "the text is shown as a delta" test "$("$ypp" show --root text:delta "$update" | grep -c '"insert"')" -eq 1

"$ypp" dump "$update" >"$work/dump1"
"$ypp" dump --v2 "$work/v2" >"$work/dump2"
check "V1 and V2 give the same dump" cmp -s "$work/dump1" "$work/dump2"
check "a dump shows the text" grep -q 'import type { HtmlTag }' "$work/dump1"
"$ypp" obfuscate "$update" >"$work/obfuscated"
"$ypp" state-vector "$work/obfuscated" | cmp -s - "$work/vector"
check "obfuscating keeps the clocks" test $? -eq 0
check "obfuscating hides the text" test "$("$ypp" show --root text:text "$work/obfuscated" | grep -c HtmlTag)" -eq 0

# One item that continues clock 4, which is not there.
printf '\001\001\001\005\204\001\004\001x\000' >"$work/gap"
check "info tells what is missing" grep -q '"clock": 4' <<EOF
$("$ypp" info "$work/gap")
EOF
check "show warns of what is missing" grep -q "wait for others" <<EOF
$("$ypp" show --root t:text "$work/gap" 2>&1)
EOF

head -c 5000 "$update" >"$work/cut"
status 1 info "$work/cut"
status 1 merge "$update" "$work/cut"
status 1 merge "$work/cut"
status 1 convert "$work/cut"
status 1 dump "$work/cut"
status 1 obfuscate "$work/cut"
status 1 state-vector "$work/cut"
status 1 show --root text:text "$work/cut"
status 1 diff "$update" "$work/absent"
status 1 info "$work"
status 1 info "$work/v2"
check "an update of V2 is not taken for an empty one of V1" grep -q -e "--v2" "$work/err"
printf '\000\000' >"$work/empty"
check "an empty update is one" test "$("$ypp" info "$work/empty" | grep -c '"structs": 0')" -eq 1
status 1 info "$work/absent"
status 2
status 2 info
status 2 unknown "$update"
status 2 show "$update"
status 2 show --root text "$update"
status 2 show --root text:book "$update"
check "--help succeeds" test "$("$ypp" --help >/dev/null; echo $?)" -eq 0
check "--help of a command succeeds" test "$("$ypp" show --help >/dev/null; echo $?)" -eq 0

exit "$failed"
