// Measures one row: every peer in turn, round by round.
import { CannotMeasure, OverLimit, PeerProcess } from './peer_process.mjs'

// Short work is repeated within a round, for a clock tells little of a microsecond.
const ROUND_MS = 20
const MOST_IN_A_ROUND = 50
// What is slower than this has nothing to warm up for, and its first run counts.
const WARM_UP_MS = 1000
const MOST_WARM_UPS = 30

const median = values => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

class Contender {
  samples = []
  spentMs = 0

  constructor (peer, process, limitMs) {
    this.peer = peer
    this.process = process
    this.limitMs = limitMs
  }

  // The value; what is no time counts as done at once.
  async once () {
    const start = performance.now()
    const value = await this.process.measure(this.limitMs)
    this.spentMs += performance.now() - start
    return value
  }

  // Just-in-time compilers take a while; all others run once to have their memory at hand.
  async warmUp () {
    const most = this.peer.warmsUp ? MOST_WARM_UPS : 1
    let value
    let runs = 0
    for (; runs < most && this.spentMs < WARM_UP_MS; ++runs) value = await this.once()
    if (runs === 1 && this.spentMs >= WARM_UP_MS) this.samples.push(value)
    else this.spentMs = 0
    this.repeats = Math.min(MOST_IN_A_ROUND, Math.max(1, Math.ceil(ROUND_MS / Math.max(value, 1e-3))))
  }

  async round () {
    for (let i = 0; i < this.repeats; ++i) this.samples.push(await this.once())
  }

  get wantsMore () {
    return this.process !== null && this.spentMs < this.limitMs
  }

  stop () {
    this.process?.stop()
    this.process = null
  }
}

// Tells figures by peer, and notes by peer about those that have none. `peers` includes ypp and the
// floor; `progress` is told what goes on.
export const measureRow = async (row, prefix, peers, { rounds, limitMs }, progress) => {
  const figures = {}
  const notes = {}
  const contenders = []
  const attempt = async (peer, work) => {
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof OverLimit) notes[peer.name] = `over ${limitMs / 1000} s`
      else if (!(error instanceof CannotMeasure)) notes[peer.name] = error.message
      return false
    }
  }
  for (const peer of peers) {
    progress(`${peer.name} prepares`)
    let contender
    const ready = await attempt(peer, async () => {
      contender = new Contender(peer, await PeerProcess.start(peer.command, row.measure, prefix, limitMs), limitMs)
      await contender.warmUp()
    })
    if (ready) contenders.push(contender)
    else contender?.stop()
  }
  for (let round = 1; round <= rounds; ++round) {
    for (const contender of contenders.filter(one => one.wantsMore)) {
      if (contender.samples.length >= rounds && contender.repeats === 1) continue
      progress(`round ${round} of ${rounds}: ${contender.peer.name}`)
      if (!await attempt(contender.peer, () => contender.round())) contender.stop()
    }
  }
  for (const { peer, samples } of contenders) if (samples.length > 0) figures[peer.name] = median(samples)
  for (const name of Object.keys(figures)) delete notes[name]
  contenders.forEach(contender => contender.stop())
  return { figures, notes }
}
