// The peers of ypp under Node, for bench/compare:
//
//   node runner.mjs PEER MEASURE PREFIX
//
// prepares the measure on the input (bench/input_files.h), prints "ready", then for each line on
// standard input one measured value. Exit status 3 when the peer cannot measure this.
import { createInterface } from 'node:readline'
import { prepare } from './measures.mjs'

const peers = {
  yjs: async () => (await import('./yjs.mjs')).Yjs,
  ywasm: async () => (await import('./ywasm.mjs')).Ywasm
}

const [name, measure, prefix] = process.argv.slice(2)
if (prefix === undefined || peers[name] === undefined) {
  console.error('usage: node runner.mjs yjs|ywasm MEASURE PREFIX')
  process.exit(2)
}
const run = prepare(await peers[name](), measure, prefix)
if (run === null) process.exit(3)
console.log('ready')
for await (const _ of createInterface({ input: process.stdin })) console.log(run())
