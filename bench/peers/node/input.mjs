// An input as ypp-compare writes it: bench/input_files.h.
import { readFileSync } from 'node:fs'

export class Input {
  constructor (prefix) {
    this.prefix = prefix
    const [head, ...lines] = readFileSync(`${prefix}.utf16.jsonl`, 'utf8').trimEnd().split('\n')
    const { agents, length } = JSON.parse(head)
    this.agents = agents
    this.length = length // of the text or the array in the end
    this.steps = lines.map(line => {
      const [agent, received, edits] = JSON.parse(line)
      return { agent, received, edits: edits.map(readEdit) }
    })
  }

  updates () {
    const bytes = this.file('updates')
    const updates = []
    for (let at = 0; at < bytes.length;) {
      const size = bytes.readUInt32LE(at)
      updates.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + size)))
      at += 4 + size
    }
    return updates
  }

  // The full state in format 1 or 2.
  state (format) {
    return new Uint8Array(this.file(`v${format}`))
  }

  file (name) {
    return readFileSync(`${this.prefix}.${name}`)
  }
}

const readEdit = edit => {
  switch (edit[0]) {
    case 't': return { kind: 't', position: edit[1], deleted: edit[2], inserted: edit[3] }
    case 'a': return { kind: 'a', position: edit[1], values: edit[2] }
    default: return { kind: 'm', key: edit[1], value: edit[2] }
  }
}
