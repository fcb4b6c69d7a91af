// The measures of bench/measures.h, made of what a peer does. A peer is a class:
//
//   new Peer(agent)                  a document
//   make(edits)                      makes the edits as one transaction
//   listen(callback)                 calls back with the bytes of each local transaction from now on
//   apply(update, format)            format is 1 or 2
//   applyAll(updates)                as one transaction
//   encode(format), text(), read() (looks at everything), length() (of the text or the array)
//   static merge(updates), diff(state, known), stateVector(state), half(stateVector)   optional
//   close()                          lets go of the document
import { Input } from './input.mjs'

// Prepares everything that is not to be measured. Each call of the result measures once. Null when
// the peer cannot do it.
export const prepare = (Peer, name, prefix) => {
  const measure = measures[name]
  if (measure === undefined || (needs[name] !== undefined && Peer[needs[name]] === undefined)) return null
  return measure(Peer, new Input(prefix))
}

const timed = work => {
  const start = process.hrtime.bigint()
  const result = work()
  return [Number(process.hrtime.bigint() - start) / 1e6, result]
}

// A document that `work` makes: checked and let go of outside of the measured time.
const timedDocument = (input, work) => {
  const [ms, peer] = timed(work)
  if (peer.length() !== input.length) throw new Error('another end content')
  peer.close()
  return ms
}

const replay = (Peer, input, listens) => () => timedDocument(input, () => {
  const peer = new Peer(0)
  let bytes = 0
  if (listens) peer.listen(update => { bytes += update.length })
  for (const step of input.steps) peer.make(step.edits)
  return peer
})

const load = (Peer, input, format) => {
  const state = input.state(format)
  return () => timedDocument(input, () => {
    const peer = new Peer(input.agents)
    peer.apply(state, format)
    return peer
  })
}

const loaded = (Peer, input) => {
  const peer = new Peer(input.agents)
  peer.apply(input.state(1), 1)
  return peer
}

const encode = (Peer, input, format) => {
  const peer = loaded(Peer, input)
  return () => timed(() => peer.encode(format))[0]
}

// The authors send each other every update; then a look at the first two.
const live = (Peer, input) => {
  const peers = []
  const updates = []
  const empty = new Uint8Array(2)
  for (const { agent, received, edits } of input.steps) {
    if (peers[agent] === undefined) {
      peers[agent] = new Peer(agent)
      peers[agent].listen(update => { updates[updates.length - 1] = update })
    }
    for (const number of received) peers[agent].apply(updates[number], 1)
    updates.push(empty)
    if (edits.length > 0) peers[agent].make(edits)
  }
  peers.slice(0, 2).forEach(peer => peer.read())
  return peers
}

const measures = {
  replay: (Peer, input) => replay(Peer, input, false),
  'replay-events': (Peer, input) => replay(Peer, input, true),
  'replay-one': (Peer, input) => {
    const edits = input.steps.flatMap(step => step.edits)
    return () => timedDocument(input, () => {
      const peer = new Peer(0)
      peer.make(edits)
      return peer
    })
  },
  'encode-v1': (Peer, input) => encode(Peer, input, 1),
  'encode-v2': (Peer, input) => encode(Peer, input, 2),
  'load-v1': (Peer, input) => load(Peer, input, 1),
  'load-v2': (Peer, input) => load(Peer, input, 2),
  text: (Peer, input) => {
    const peer = loaded(Peer, input)
    return () => timed(() => peer.text())[0]
  },
  apply: (Peer, input) => {
    const updates = input.updates()
    return () => timedDocument(input, () => {
      const peer = new Peer(input.agents)
      for (const update of updates) peer.apply(update, 1)
      return peer
    })
  },
  'apply-one': (Peer, input) => {
    const updates = input.updates()
    return () => timedDocument(input, () => {
      const peer = new Peer(input.agents)
      peer.applyAll(updates)
      peer.read()
      return peer
    })
  },
  live: (Peer, input) => () => {
    const [ms, peers] = timed(() => live(Peer, input))
    peers.forEach(peer => peer.close())
    return ms
  },
  merge: (Peer, input) => {
    const updates = input.updates()
    return () => timed(() => Peer.merge(updates))[0]
  },
  diff: (Peer, input) => {
    const state = input.state(1)
    const known = Peer.half(Peer.stateVector(state))
    return () => timed(() => Peer.diff(state, known))[0]
  },
  'state-vector': (Peer, input) => {
    const state = input.state(1)
    return () => timed(() => Peer.stateVector(state))[0]
  }
}

const needs = { merge: 'merge', diff: 'diff', 'state-vector': 'stateVector' }
