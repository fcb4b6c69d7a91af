// The driver of bench/compare, which see for the options.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { markdown } from './markdown.mjs'
import { measureRow } from './measure_row.mjs'
import { PEERS } from './peers.mjs'
import { plot } from './plot.mjs'
import { lines } from './results.mjs'
import { growthLines, noteLines, textTable } from './table.mjs'

const wrong = message => {
  console.error(`compare: ${message}`)
  process.exit(2)
}

const readOptions = () => {
  const text = { type: 'string' }
  const { values } = parseArgs({
    options: {
      program: text, peers: text, command: text, work: text, rounds: text, limit: text, traces: text,
      json: text, svg: text, markdown: text, list: { type: 'boolean' }
    }
  })
  const number = (name, otherwise) => {
    const value = Number(values[name] ?? otherwise)
    if (!(value > 0)) wrong(`--${name} needs a number above 0`)
    return value
  }
  const pattern = text => {
    try {
      return new RegExp(text)
    } catch (error) {
      return wrong(error.message)
    }
  }
  return {
    ...values,
    pattern: pattern(values.work ?? ''),
    rounds: Math.ceil(number('rounds', 5)),
    limitMs: 1000 * number('limit', 60)
  }
}

const listRows = ({ program, traces, pattern }) =>
  execFileSync(program, ['list', ...traces === undefined ? [] : [traces]], { encoding: 'utf8' })
    .trimEnd().split('\n').map(JSON.parse).filter(row => pattern.test(row.work))

// One line on a terminal that is written over; elsewhere a line per row.
const progress = process.stderr.isTTY
  ? text => process.stderr.write(`\r\x1b[K${text.slice(0, process.stderr.columns - 1)}`)
  : () => {}

// Those that are asked for and there; the others are named.
const choosePeers = names => {
  const asked = names.split(',').filter(Boolean)
  for (const name of asked) if (!PEERS.some(peer => peer.name === name)) wrong(`no such peer: ${name}`)
  const chosen = PEERS.filter(({ name }) => asked.includes(name))
  const absent = chosen.filter(peer => !peer.there()).map(({ name }) => name)
  if (absent.length > 0) console.error(`compare: left out, for it is not installed: ${absent.join(', ')}`)
  return { peers: chosen.filter(peer => peer.there()), absent }
}

// Writes each input once and tells where it is.
const inputFiles = (folder, { program, traces }) => {
  const written = new Map()
  return ({ input, n }) => {
    const name = `${input}-${n}`
    if (!written.has(name)) {
      const prefix = join(folder, name)
      execFileSync(program, ['write', input, String(n), prefix, ...traces === undefined ? [] : [traces]])
      written.set(name, prefix)
    }
    return written.get(name)
  }
}

const measureAll = async (rows, options, peers) => {
  const folder = mkdtempSync(join(tmpdir(), 'ypp-compare-'))
  const cleanUp = () => rmSync(folder, { recursive: true, force: true })
  process.on('SIGINT', () => { cleanUp(); process.exit(130) })
  const prefixOf = inputFiles(folder, options)
  const ours = [{ name: 'ypp', command: [options.program, 'ypp'] }, { name: 'floor', command: [options.program, 'floor'] }]
  const results = []
  try {
    for (const [i, row] of rows.entries()) {
      const at = `${i + 1}/${rows.length} ${row.work}, ${row.n}`
      progress(`${at}: writing the input`)
      const { figures, notes } = await measureRow(row, prefixOf(row), [...ours, ...peers], options,
        text => progress(`${at}: ${text}`))
      results.push({ row, figures, notes })
      const found = lines(row, figures)
      if (options.json !== undefined) appendFileSync(options.json, found.map(line => JSON.stringify(line) + '\n').join(''))
      if (!process.stderr.isTTY) console.error(`${at}: ${JSON.stringify(figures)}`)
    }
  } finally {
    progress('')
    cleanUp()
  }
  return results
}

const main = async () => {
  const options = readOptions()
  const rows = listRows(options)
  if (rows.length === 0) wrong('no row matches')
  if (options.list) {
    for (const row of rows) console.log(`${row.work}, ${row.n}`)
    return
  }
  const { peers, absent } = choosePeers(options.peers)
  if (options.json !== undefined) writeFileSync(options.json, '')
  const results = await measureAll(rows, options, peers)
  console.log(textTable(results))
  for (const line of [...growthLines(results), ...noteLines(results)]) console.log(line)
  if (options.svg !== undefined) writeFileSync(options.svg, plot(results))
  if (options.markdown !== undefined) writeFileSync(options.markdown, markdown({ ...options, results, peers, absent }))
  if (results.some(({ notes }) => 'ypp' in notes)) {
    console.error('compare: ypp itself failed')
    process.exitCode = 1
  }
}

await main()
