#include "crdt/permanent_user_data.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/utf.h"
#include "crdt/array.h"
#include "crdt/doc_state.h"
#include "crdt/new_type.h"
#include "crdt/values.h"

namespace ypp {

using internal::ClientIndex;
using internal::DocState;
using internal::Item;
using internal::ItemRef;
using internal::StructList;
using internal::TouchedClient;

namespace {

constexpr std::string_view kIds = "ids";
constexpr std::string_view kDeletes = "ds";

Value BytesOf(const DeleteSet& deletes) {
  codec::ByteWriter out;
  codec::WriteDeleteSetV1(out, deletes);
  return Any(Any::ByteString{out.Take()});
}

}  // namespace

PermanentUserData::PermanentUserData(Doc& doc, Map users) : users_(users) {
  if (!users_.valid()) return;
  for (const std::string_view name : users_.Keys()) ReadUser(name);
  after_transaction_ =
      doc.OnAfterTransaction([this](const TransactionEvent& event) { AfterTransaction(event); });
  after_all_ = doc.OnAfterAllTransactions([this] { AfterAllTransactions(); });
}

PermanentUserData::~PermanentUserData() = default;

PermanentUserData::User& PermanentUserData::UserNamed(std::string_view name) {
  for (const auto& user : known_) {
    if (user->name == name) return *user;
  }
  known_.push_back(std::make_unique<User>());
  known_.back()->name = std::string(name);
  return *known_.back();
}

void PermanentUserData::ReadUser(std::string_view name) {
  const Map entry = users_.Get(name).map();
  const Array ids = entry.Get(kIds).array();
  const Array deletes = entry.Get(kDeletes).array();
  if (!ids.valid() || !deletes.valid()) return;
  User& user = UserNamed(name);
  user.ids = ids;
  user.deletes = deletes;
  ids.ForEach([&](const Value& value) { NoteClient(value, user.name); });
  deletes.ForEach([&](const Value& value) { NoteDeletes(value, user); });
}

void PermanentUserData::NoteClient(const Value& value, const std::string& user) {
  const Any* plain = value.if_any();
  const double* number = plain == nullptr ? nullptr : plain->if_number();
  if (number == nullptr || *number < 0 || *number > static_cast<double>(kMaxClientId) ||
      *number != std::floor(*number)) {
    return;
  }
  clients_[static_cast<ClientId>(*number)] = user;
}

void PermanentUserData::NoteDeletes(const Value& value, User& user) {
  const Any* plain = value.if_any();
  const Any::ByteString* bytes = plain == nullptr ? nullptr : plain->if_bytes();
  if (bytes == nullptr) return;
  codec::ByteReader in(codec::AsBytes(bytes->bytes));
  const DeleteSet deletes = codec::ReadDeleteSetV1(in);
  if (!in.ok()) return;
  user.deleted.Merge(deletes);
  user.sorted = false;
}

absl::Status PermanentUserData::SetUserMapping(ClientId client, std::string_view user,
                                               Filter filter) {
  if (!users_.valid()) return absl::FailedPreconditionError("the map of users is not there");
  if (!codec::IsValidUtf8(user)) return absl::InvalidArgumentError("user is not UTF-8");
  const Map old = users_.Get(user).map();
  if (!old.Get(kIds).array().valid() || !old.Get(kDeletes).array().valid()) {
    NewType entry = NewMap({{std::string(kIds), NewArray()}, {std::string(kDeletes), NewArray()}});
    if (absl::Status set = users_.Set(user, std::move(entry)); !set.ok()) return set;
  }
  Map entry = users_.Get(user).map();
  if (absl::Status pushed = entry.Get(kIds).array().Push({client}); !pushed.ok()) return pushed;
  ReadUser(user);
  mappings_.push_back(
      std::make_unique<Mapping>(Mapping{std::string(user), entry, std::move(filter), {}}));
  return absl::OkStatus();
}

std::optional<std::string> PermanentUserData::UserByClientId(ClientId client) const {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> PermanentUserData::UserByDeletedId(Id id) const {
  for (const auto& user : known_) {
    if (!user->sorted) {
      user->deleted.Normalize();
      user->sorted = true;
    }
    if (user->deleted.Contains(id)) return user->name;
  }
  return std::nullopt;
}

void PermanentUserData::AfterTransaction(const TransactionEvent& event) {
  ReadAdded(event);
  if (!event.local || mappings_.empty()) return;
  const DeleteSet deletes = event.Deletes();
  if (deletes.empty()) return;
  for (size_t i = 0; i < mappings_.size(); ++i) {
    Mapping& mapping = *mappings_[i];
    if (mapping.filter && !mapping.filter(event, deletes)) continue;
    codec::ByteWriter out;
    codec::WriteDeleteSetV1(out, deletes);
    mapping.to_write.push_back(out.Take());
  }
}

// Looks at the structs that the transaction added to the map of users and to the arrays in it.
void PermanentUserData::ReadAdded(const TransactionEvent& event) {
  const auto is_read = [&](const SharedType& type) {
    return type == users_ || std::any_of(known_.begin(), known_.end(), [&](const auto& user) {
             return type == user->ids || type == user->deletes;
           });
  };
  if (std::none_of(event.changed.begin(), event.changed.end(), is_read)) return;
  DocState& doc = event.doc();
  const auto read = [&](const Item& item) {
    if (item.deleted()) return;
    const SharedType parent(&doc, item.parent, doc.types[item.parent].generation);
    if (parent == users_) {
      if (!item.in_sequence()) ReadUser(doc.strings[item.key]);
      return;
    }
    if (!item.in_sequence() || !item.countable()) return;
    for (const auto& user : known_) {
      if (parent != user->ids && parent != user->deletes) continue;
      internal::ValuePlace place;
      for (Clock i = 0; i < item.length; ++i) {
        const Value value = internal::TakeValue(doc, item, place);
        if (parent == user->ids) NoteClient(value, user->name);
        if (parent == user->deletes) NoteDeletes(value, *user);
      }
    }
  };
  for (const TouchedClient& touched : event.state().touched) {
    const StructList& structs = doc.clients[touched.client].structs;
    if (touched.before >= structs.end_clock()) continue;
    for (StructList::Position p = structs.Find(touched.before);; p = structs.Next(p)) {
      if (structs[p].ref != ItemRef::kGc) read(doc.items[structs[p].ref]);
      if (structs.IsLast(p)) break;
    }
  }
}

void PermanentUserData::AfterAllTransactions() {
  for (size_t i = 0; i < mappings_.size(); ++i) {
    Mapping& mapping = *mappings_[i];
    if (users_.Get(mapping.user).map() != mapping.entry) MoveToNewEntry(mapping);
    Array deletes = Map(mapping.entry).Get(kDeletes).array();
    // Each push ends in a call of this function, which finds nothing left to write.
    for (std::string& bytes : std::exchange(mapping.to_write, {})) {
      const Value value = Any(Any::ByteString{std::move(bytes)});
      // Without an entry it waits in memory for a new one.
      if (!deletes.Push({value}).ok()) NoteDeletes(value, UserNamed(mapping.user));
    }
  }
}

void PermanentUserData::MoveToNewEntry(Mapping& mapping) {
  const Map entry = users_.Get(mapping.user).map();
  Array ids = entry.Get(kIds).array();
  Array deletes = entry.Get(kDeletes).array();
  if (!ids.valid() || !deletes.valid()) return;
  mapping.entry = entry;
  for (const auto& [client, user] : clients_) {
    if (user == mapping.user) ids.Push({client}).IgnoreError();
  }
  User& user = UserNamed(mapping.user);
  if (user.deleted.empty()) return;
  user.deleted.Normalize();
  user.sorted = true;
  deletes.Push({BytesOf(user.deleted)}).IgnoreError();
}

}  // namespace ypp
