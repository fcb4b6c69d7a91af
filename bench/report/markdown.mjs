// RESULTS.md: everything one needs to judge the table and to make it again.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { growthLines, markdownTable, noteLines } from './table.mjs'

const firstLine = (program, ...args) => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0].trim()
  } catch {
    return `no ${program}`
  }
}

const system = () => {
  try {
    return /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))[1]
  } catch {
    return process.platform
  }
}

const list = items => items.length === 0 ? 'none' : '\n' + items.map(item => `* ${item}`).join('\n')

export const markdown = ({ results, peers, absent, command, rounds, limitMs, traces }) => `# ypp beside its peers

Medians of ${rounds} rounds or more, all in one run, in turn. Times in milliseconds. \`floor\` is a small program that does only what nobody
can do without: moving the characters (A), copying the bytes (B), reading the structs (C, D, E). "-" is not measured: the peer cannot
do it or failed. The last column is the peer's figure over that of ypp.

* made with: \`${command}\`
* date: ${new Date().toISOString().slice(0, 10)}
* commit: ${firstLine('git', 'rev-parse', '--short', 'HEAD')}
* machine: ${cpus().length} x ${cpus()[0]?.model ?? process.arch}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system()}
* compilers: ${firstLine('c++', '--version')}; ${firstLine('rustc', '--version')}
* peers: ${peers.map(peer => peer.version()).join('; ') || 'none'}${absent.length > 0 ? `; left out: ${absent.join(', ')}` : ''}
* input: ${traces === undefined ? 'a made-up, seeded typist' : 'recordings of github.com/josephg/editing-traces'}
* limit per measurement: ${limitMs / 1000} s

${markdownTable(results)}

## How cost grows

Time at the largest n over time at the smallest: ${list(growthLines(results))}

## Not measured

${list(noteLines(results))}

## What the columns are

All engines get the same edits, and those that speak Yjs' format the same bytes. yrs counts in bytes, its default and the faster of its two
ways; Yjs, ywasm and ypp count in UTF-16 units, diamond-types, Loro and Automerge in characters. Formats of their own: for Loro, V1 is its
updates and V2 its snapshot, which it decodes only when somebody looks into it; Automerge and diamond-types have one. diamond-types has
texts alone and makes no message per edit. The works of the public set are those of github.com/dmonad/crdt-benchmarks, with inputs of our
own: in B1 and B2 two documents send each other every update, in B3 one document applies all updates in one transaction.
`
