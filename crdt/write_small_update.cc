#include "crdt/write_small_update.h"

#include "crdt/write_run.h"

namespace ypp::internal {

using codec::ByteWriter;
using codec::PutVarUint;

namespace {

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
  char* p = out.Room(2 + 2 * codec::kMaxVarUintBytes);
  *p++ = 1;  // section
  *p++ = 1;  // struct
  p = last_client.Put(p, doc.clients, touched.client);
  out.FilledUpTo(PutVarUint(p, touched.before));
  return WriteRunFrom(out, last_client, doc, doc.items[last.ref], touched.before - last.clock);
}

}  // namespace

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
  const DeletedRange& range = deletes.front();
  char* p = out.Room(2 + 3 * codec::kMaxVarUintBytes);
  *p++ = 1;  // client
  p = last_client.Put(p, doc.clients, range.id.client);
  *p++ = 1;  // range
  out.FilledUpTo(PutVarUint(PutVarUint(p, range.id.clock), range.length));
  return true;
}

}  // namespace ypp::internal
