// The driver of bench/relay_compare, which see for the options.
import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import { growthMarkdown, growthPlot, growthText, steps } from './growth.mjs'
import { plot } from './plot.mjs'
import { lines, medians } from './results.mjs'
import { SERVERS, allowedCores, canRun, onCore } from './servers.mjs'
import { markdownTable, textTable } from './table.mjs'

const wrong = message => {
  console.error(`relay_compare: ${message}`)
  process.exit(2)
}

const readOptions = () => {
  const text = { type: 'string' }
  const { values } = parseArgs({
    options: {
      load: text, relay: text, script: text, command: text, case: text, rounds: text, seconds: text, servers: text, json: text, svg: text,
      markdown: text, growth: { type: 'boolean' }, list: { type: 'boolean' }
    }
  })
  const number = (name, otherwise) => {
    const value = Number(values[name] ?? otherwise)
    if (!(value > 0)) wrong(`--${name} needs a number above 0`)
    return value
  }
  const servers = (values.servers ?? (values.growth ? 'node,ypp' : 'node,ypp,floor')).split(',')
  for (const name of servers) if (!(name in SERVERS)) wrong(`no such server: ${name}`)
  if (values.growth && servers.includes('floor')) wrong('the floor keeps no document that could grow')
  let pattern
  try {
    pattern = new RegExp(values.case ?? '')
  } catch (error) {
    wrong(error.message)
  }
  return { ...values, pattern, servers, rounds: Math.ceil(number('rounds', 3)), seconds: number('seconds', 5) }
}

const listCases = ({ load, pattern }) =>
  execFileSync(load, ['--list'], { encoding: 'utf8' }).trimEnd().split('\n').map(line => JSON.parse(line))
    .filter(({ name, what }) => pattern.test(name) || pattern.test(what))

const progress = process.stderr.isTTY
  ? text => process.stderr.write(`\r\x1b[K${text.slice(0, process.stderr.columns - 1)}`)
  : () => {}

// The load on the first core and the server on the last, so that neither takes from the other.
const CORES = allowedCores()
const LOAD_CORE = CORES[0]
const SERVER_CORE = CORES[CORES.length - 1]

// The lines of JSON that the load prints about a server of its own.
const runLoad = async (what, server, options) => {
  const running = await SERVERS[server]({ core: SERVER_CORE, node: process.execPath, ...options })
  try {
    const [program, ...args] = onCore(LOAD_CORE,
      [options.load, ...what, '--port', String(running.port), '--pid', String(running.pid), '--seconds', String(options.seconds)])
    const { stdout } = await promisify(execFile)(program, args)
    return stdout.trimEnd().split('\n').map(line => JSON.parse(line))
  } finally {
    await running.stop()
  }
}

const tellFailure = (what, server, error) => {
  const why = (error.stderr || error.message).trim().split('\n').at(-1)
  console.error(`relay_compare: ${what}, ${server}: ${why}`)
  if (server === 'ypp') process.exitCode = 1
}

const measureAll = async (cases, options) => {
  const results = {}
  for (const [i, { name, what }] of cases.entries()) {
    const servers = options.servers.filter(server => canRun(server, name))
    const rounds = Object.fromEntries(servers.map(server => [server, []]))
    for (let round = 1; round <= options.rounds; ++round) {
      for (const server of servers) {
        progress(`${i + 1}/${cases.length} ${name} ${what}, round ${round} of ${options.rounds}: ${server}`)
        try {
          rounds[server].push(...await runLoad(['--case', name], server, options))
        } catch (error) {
          tellFailure(name, server, error)
        }
      }
    }
    results[name] = { what, ...Object.fromEntries(servers.map(server => [server, medians(rounds[server])])) }
    if (options.json !== undefined) appendFileSync(options.json, JSON.stringify({ case: name, ...results[name], rounds }) + '\n')
    if (!process.stderr.isTTY) console.error(JSON.stringify({ case: name, ...results[name] }))
  }
  return results
}

// { growth: { server: steps } }
const measureGrowth = async options => {
  const results = {}
  for (const growth of ['document', 'connections']) {
    results[growth] = {}
    for (const server of options.servers) {
      const rounds = []
      for (let round = 1; round <= options.rounds; ++round) {
        progress(`growing ${growth}, round ${round} of ${options.rounds}: ${server}`)
        try {
          rounds.push(await runLoad(['--growth', growth], server, options))
        } catch (error) {
          tellFailure(growth, server, error)
        }
      }
      if (rounds.length > 0) results[growth][server] = steps(rounds)
      if (options.json !== undefined) appendFileSync(options.json, JSON.stringify({ growth, server, rounds }) + '\n')
    }
  }
  return results
}

const reportGrowth = async options => {
  const results = await measureGrowth(options)
  progress('')
  console.log(growthText(results))
  if (options.svg !== undefined) writeFileSync(options.svg, growthPlot(results))
  if (options.markdown !== undefined) writeFileSync(options.markdown, growthMarkdown(results, { ...options, machine: machine() }))
}

const machine = () => `a machine with ${cpus().length} cores (${cpus()[0].model}), ${process.version}`

const markdown = (found, { command, rounds, seconds }) => `# ypp-relay beside Node Hocuspocus

Measured by \`${command}\` on ${machine()}: medians of ${rounds} rounds of ${seconds} s,
a fresh server for each, in turn. The server has one core and the load generator another. ypp-relay stores every update in SQLite and
acknowledges it when it is on disk; Hocuspocus 4.7.0 runs without storage. The floor is a program that does what no server can do without: it
reads what comes and writes it to those who get it, without a look at it, a store or a wait for one. "One in flight": the next update is sent when the one before has
reached another client of the document. The machine's load average at the end was ${loadavg()[2].toFixed(1)} over 15 minutes, of which this run makes up about 2: with more
than that, rates and latencies of both servers are worse than they need be, while memory and CPU times stand.

${markdownTable(found)}

Ratios count; absolute figures move from machine to machine. What a goal given as a multiple means: ypp-relay's figure is better than Node's
of the same run by so much.
`

const main = async () => {
  const options = readOptions()
  if (options.growth) {
    if (options.json !== undefined) writeFileSync(options.json, '')
    return reportGrowth(options)
  }
  const cases = listCases(options)
  if (cases.length === 0) wrong('no case matches')
  if (options.list) {
    for (const { name, what } of cases) console.log(`${name}  ${what}`)
    return
  }
  if (options.json !== undefined) writeFileSync(options.json, '')
  const results = await measureAll(cases, options)
  progress('')
  const found = lines(results)
  console.log(textTable(found))
  if (options.svg !== undefined) writeFileSync(options.svg, plot(found))
  if (options.markdown !== undefined) writeFileSync(options.markdown, markdown(found, options))
}

await main()
