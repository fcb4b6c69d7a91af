// The servers, each started afresh, on a core of its own.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// Those that this process may run on, ascending; a container need not have the first one.
export const allowedCores = () => {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  return list.split(',').flatMap(range => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

export const onCore = (core, command) => ['taskset', '-c', String(core), ...command]

// Tells { name, pid, port, stop() } once it listens.
const start = async (name, core, command, folder) => {
  const [program, ...args] = onCore(core, command)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', data => { stderr = (stderr + data).slice(-4000) })
  const ended = new Promise(resolve => child.on('close', resolve))
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([
    new Promise(resolve => lines.once('line', resolve)),
    ended.then(() => { throw new Error(`${name} ended: ${stderr}`) })
  ])
  return {
    name,
    pid: child.pid,
    port: Number(/:(\d+)/.exec(line)[1]),
    stop: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

export const SERVERS = {
  node: ({ core, node, script }) =>
    start('node', core, [node, script], mkdtempSync(join(tmpdir(), 'relay-compare-'))),
  ypp: ({ core, relay }) => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-compare-'))
    const command = [relay, '--listen', '127.0.0.1:0', '--db', join(folder, 'documents.db'), '--open', '--log-level', 'error',
      '--max-connections-per-address', '50000', '--max-connects-per-second', '0', '--idle-timeout', '3600']
    return start('ypp', core, command, folder)
  },
  floor: ({ core, load }) => start('floor', core, [load, '--floor'], mkdtempSync(join(tmpdir(), 'relay-compare-')))
}

// The floor keeps nothing, so it cannot be asked for what it was given.
export const canRun = (server, name) => server !== 'floor' || /^[abcdf]/.test(name)
