// The clients a document knows: 53-bit ids interned to dense indices, each with its structs.
#ifndef YPP_CRDT_CLIENT_TABLE_H_
#define YPP_CRDT_CLIENT_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "codec/id.h"
#include "crdt/item.h"
#include "crdt/struct_list.h"

namespace ypp::internal {

struct Client {
  ClientId id = 0;
  // For the transaction that touched this client last (transaction_state.h): its number, and the
  // state of the client before it.
  uint64_t transaction = 0;
  Clock state_before = 0;
  // What it added below this clock was looked at: only what is in its `may_join` may fit to the
  // struct before it.
  Clock sorted_out_below = 0;
  StructList structs;

  Clock state() const { return structs.end_clock(); }
};
// A document may have very many.
static_assert(sizeof(Client) == 64);

class ClientTable {
 public:
  ClientTable() : index_(0, HashOfId{&clients_}, SameId{&clients_}) {}
  ClientTable(const ClientTable&) = delete;
  ClientTable& operator=(const ClientTable&) = delete;

  ClientIndex Intern(ClientId id) {
    if (last_ < clients_.size() && clients_[last_].id == id) return last_;
    const auto found = index_.lazy_emplace(id, [&](const auto& make) {
      make(static_cast<ClientIndex>(clients_.size()));
      clients_.emplace_back().id = id;
    });
    before_last_ = last_;
    return last_ = *found;
  }
  // kNoIndex when it was never interned.
  ClientIndex Find(ClientId id) const {
    if (last_ < clients_.size() && clients_[last_].id == id) return last_;
    if (before_last_ < clients_.size() && clients_[before_last_].id == id) return before_last_;
    const auto found = index_.find(id);
    if (found == index_.end()) return kNoIndex;
    before_last_ = last_;
    return last_ = *found;
  }

  // Makes room for so many more, when that is much; a client that comes alone finds room anyhow.
  void Reserve(size_t more) {
    if (more <= clients_.capacity() - clients_.size() || more < clients_.size() / 4) return;
    clients_.reserve(clients_.size() + more);
    index_.reserve(clients_.size() + more);
  }

  Client& operator[](ClientIndex index) { return clients_[index]; }
  const Client& operator[](ClientIndex index) const { return clients_[index]; }
  size_t size() const { return clients_.size(); }

  Id Global(LocalId id) const { return {clients_[id.client].id, id.clock}; }
  // None when the client is unknown, or the clock one that no document holds.
  LocalId Local(const Id& id) const {
    if (id.clock > kMaxDocumentClock) return {};
    return {Find(id.client), static_cast<Clock>(id.clock)};
  }
  Clock StateOf(ClientId id) const {
    const ClientIndex index = Find(id);
    return index == kNoIndex ? 0 : clients_[index].state();
  }
  // Indices of the clients that have structs, by descending id: the order of every encoding.
  std::vector<ClientIndex> Descending() const;

 private:
  // The index holds no ids: they are in the table.
  struct HashOfId {
    using is_transparent = void;
    const std::vector<Client>* clients;
    size_t operator()(ClientId id) const { return absl::Hash<ClientId>()(id); }
    size_t operator()(ClientIndex index) const { return (*this)((*clients)[index].id); }
  };
  struct SameId {
    using is_transparent = void;
    const std::vector<Client>* clients;
    bool operator()(ClientIndex a, ClientIndex b) const { return a == b; }
    bool operator()(ClientIndex index, ClientId id) const { return (*clients)[index].id == id; }
  };

  std::vector<Client> clients_;
  absl::flat_hash_set<ClientIndex, HashOfId, SameId> index_;
  // Who came last comes again, and often two take turns.
  mutable ClientIndex last_ = 0;
  mutable ClientIndex before_last_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CLIENT_TABLE_H_
