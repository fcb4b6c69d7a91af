// One peer's program, ready to measure one thing: bench/compare_main.cc tells how it is spoken to.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const CANNOT_MEASURE = 3

export class CannotMeasure extends Error {}
export class OverLimit extends Error {}

export class PeerProcess {
  // `command` is the program and its first arguments. Throws CannotMeasure when the peer has no such
  // measure, OverLimit when preparing takes longer than that, Error when it fails.
  static async start (command, measure, prefix, limitMs) {
    const peer = new PeerProcess([...command, measure, prefix])
    const line = await peer.#nextLine(limitMs)
    if (line !== 'ready') throw new Error(`${command.join(' ')} says ${line}`)
    return peer
  }

  #child
  #lines
  #stderr = ''
  #exit

  constructor ([program, ...args]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stdin.on('error', () => {}) // told by its exit status
    this.#child.stderr.on('data', bytes => { this.#stderr += bytes })
    this.#exit = new Promise(resolve => {
      this.#child.on('error', resolve)
      this.#child.on('close', (code, signal) => resolve(this.#failure(code, signal)))
    })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  #failure (code, signal) {
    if (code === CANNOT_MEASURE) return new CannotMeasure()
    return new Error(`ended with ${signal ?? code}: ${this.#stderr.trim().split('\n').at(-1)}`)
  }

  // One measured value.
  async measure (limitMs) {
    this.#child.stdin.write('\n')
    const value = Number(await this.#nextLine(limitMs))
    if (!Number.isFinite(value)) throw new Error('a value that is no number')
    return value
  }

  async #nextLine (limitMs) {
    let timer
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new OverLimit()), limitMs)
    })
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late])
      if (done) throw await this.#exit
      return value
    } catch (error) {
      this.stop()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  stop () {
    this.#child.kill('SIGKILL')
  }
}
