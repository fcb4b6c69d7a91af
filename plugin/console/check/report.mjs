// What the check has seen, and what was not as it should be.
let seen = 0;

export function report(what) {
  seen += 1;
  console.log(`demo: seen: ${what}`);
}

export function reported() {
  return seen;
}

export function expect(condition, what) {
  if (!condition) throw new Error(`not as expected: ${what}`);
}
