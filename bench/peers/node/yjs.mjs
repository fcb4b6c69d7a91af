import * as Y from 'yjs'

const FIRST_CLIENT = 1_000_000_001 // as in bench/play.h

export class Yjs {
  constructor (agent) {
    this.doc = new Y.Doc()
    this.doc.clientID = FIRST_CLIENT + agent
    this.texts = this.doc.getText('t')
    this.array = this.doc.getArray('a')
    this.map = this.doc.getMap('m')
  }

  make (edits) {
    this.doc.transact(() => {
      for (const edit of edits) {
        switch (edit.kind) {
          case 't':
            if (edit.deleted > 0) this.texts.delete(edit.position, edit.deleted)
            if (edit.inserted.length > 0) this.texts.insert(edit.position, edit.inserted)
            break
          case 'a': this.array.insert(edit.position, edit.values); break
          default: this.map.set(edit.key, edit.value)
        }
      }
    })
  }

  listen (callback) {
    this.doc.on('update', (update, origin, doc, transaction) => {
      if (transaction.local) callback(update)
    })
  }

  apply (update, format) {
    if (format === 1) Y.applyUpdate(this.doc, update)
    else Y.applyUpdateV2(this.doc, update)
  }

  applyAll (updates) {
    this.doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.doc, update)
    })
  }

  encode (format) {
    return format === 1 ? Y.encodeStateAsUpdate(this.doc) : Y.encodeStateAsUpdateV2(this.doc)
  }

  text () { return this.texts.toString() }
  read () { return [this.texts.toString(), this.array.toJSON(), this.map.toJSON()] }
  length () { return this.texts.length + this.array.length }
  close () {}

  static merge (updates) { return Y.mergeUpdates(updates) }
  static diff (state, known) { return Y.diffUpdate(state, known) }
  static stateVector (state) { return Y.encodeStateVectorFromUpdate(state) }
  static half (stateVector) {
    const known = Y.decodeStateVector(stateVector)
    return Y.encodeStateVector(new Map([...known].map(([client, clock]) => [client, Math.floor(clock / 2)])))
  }
}
