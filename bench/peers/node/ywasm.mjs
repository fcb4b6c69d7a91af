import * as Y from 'ywasm'

const FIRST_CLIENT = 1_000_000_001 // as in bench/play.h

export class Ywasm {
  constructor (agent) {
    this.doc = new Y.YDoc({ clientID: FIRST_CLIENT + agent })
    this.texts = this.doc.getText('t')
    this.array = this.doc.getArray('a')
    this.map = this.doc.getMap('m')
    this.local = false
  }

  make (edits) {
    this.local = true
    const transaction = this.doc.beginTransaction()
    for (const edit of edits) {
      switch (edit.kind) {
        case 't':
          if (edit.deleted > 0) this.texts.delete(edit.position, edit.deleted, transaction)
          if (edit.inserted.length > 0) this.texts.insert(edit.position, edit.inserted, undefined, transaction)
          break
        case 'a': this.array.insert(edit.position, edit.values, transaction); break
        default: this.map.set(edit.key, edit.value, transaction)
      }
    }
    transaction.free()
    this.local = false
  }

  listen (callback) {
    this.observer = this.doc.onUpdate(update => { if (this.local) callback(update) })
  }

  apply (update, format) {
    if (format === 1) Y.applyUpdate(this.doc, update, undefined)
    else Y.applyUpdateV2(this.doc, update, undefined)
  }

  applyAll (updates) {
    const transaction = this.doc.beginTransaction()
    for (const update of updates) transaction.applyV1(update)
    transaction.free()
  }

  encode (format) {
    return format === 1 ? Y.encodeStateAsUpdate(this.doc) : Y.encodeStateAsUpdateV2(this.doc)
  }

  text () { return this.texts.toString() }
  read () { return [this.texts.toString(), this.array.toJson(), this.map.toJson()] }
  length () { return this.texts.length() + this.array.length() }

  close () {
    this.observer?.free()
    this.doc.free()
  }
}
