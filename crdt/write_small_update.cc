#include "crdt/write_small_update.h"

#include "crdt/write_run.h"

namespace ypp::internal {

using codec::ByteWriter;
using codec::PutVarUint;

namespace {

// The head of the only section, which has one struct.
void BeginSection(ByteWriter& out, ClientBytes& last_client, const DocState& doc, LocalId first) {
  char* p = out.Room(2 + 2 * codec::kMaxVarUintBytes);
  *p++ = 1;  // section
  *p++ = 1;  // struct
  p = last_client.Put(p, doc.clients, first.client);
  out.FilledUpTo(PutVarUint(p, first.clock));
}

// The section of the only client that got structs.
bool WriteSection(ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                  const TouchedClient& touched) {
  const Client& client = doc.clients[touched.client];
  if (touched.before == client.state()) {
    out.WriteUint8(0);
    return true;
  }
  const StructList::Entry last = client.structs[client.structs.Last()];
  if (last.clock > touched.before || last.ref == ItemRef::kGc) return false;
  BeginSection(out, last_client, doc, {touched.client, touched.before});
  return WriteRunFrom(out, last_client, doc, doc.items[last.ref], touched.before - last.clock);
}

// A delete set of one range.
void WriteDeleted(ByteWriter& out, ClientBytes& last_client, const DocState& doc, LocalId first,
                  Clock length) {
  char* p = out.Room(2 + 3 * codec::kMaxVarUintBytes);
  *p++ = 1;  // client
  p = last_client.Put(p, doc.clients, first.client);
  *p++ = 1;  // range
  out.FilledUpTo(PutVarUint(PutVarUint(p, first.clock), length));
}

}  // namespace

void WriteTyped(ByteWriter& out, ClientBytes& last_client, const DocState& doc, const Item& run) {
  out.Clear();
  const LocalId typed = run.last_id();
  BeginSection(out, last_client, doc, typed);
  WriteRunAs(out, last_client, doc, doc.bytes.all(), run, {typed.client, typed.clock - 1},
             run.content_size - 1, 1);
  out.WriteUint8(0);  // nothing deleted
}

void WriteErased(ByteWriter& out, ClientBytes& last_client, const DocState& doc, LocalId first,
                 Clock length) {
  out.Clear();
  out.WriteUint8(0);  // no sections
  WriteDeleted(out, last_client, doc, first, length);
}

bool WriteSmallUpdate(ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                      const TransactionState& transaction) {
  const auto& touched = transaction.touched;
  const auto& deletes = transaction.deletes;
  out.Clear();
  if (touched.size() > 1 || deletes.size() > 1 || transaction.next != nullptr) return false;
  if (touched.empty()) {
    out.WriteUint8(0);
  } else if (!WriteSection(out, last_client, doc, touched.front())) {
    out.Clear();
    return false;
  }
  if (deletes.empty()) {
    out.WriteUint8(0);
    return true;
  }
  WriteDeleted(out, last_client, doc, deletes.front().id, deletes.front().length);
  return true;
}

}  // namespace ypp::internal
