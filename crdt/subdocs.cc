#include "crdt/subdocs.h"

#include <algorithm>
#include <utility>

#include "codec/any.h"
#include "codec/any_writer.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "crdt/doc.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

namespace {

bool IsTrue(const Any* value) {
  const bool* truth = value == nullptr ? nullptr : value->if_bool();
  return truth != nullptr && *truth;
}

// The one option that counts before somebody asks for the document. The others, which may be large,
// are not built.
bool LoadsByItself(const DocState& doc, const Item& item) {
  std::string_view options = doc.bytes.View(item.content, item.content_size);
  codec::ByteReader in(codec::AsBytes(options));
  in.ReadVarString();  // the guid
  options.remove_prefix(in.position());
  const std::string_view auto_load = codec::EncodedMember(options, "autoLoad");
  if (auto_load.empty()) return false;
  codec::ByteReader member(codec::AsBytes(auto_load));
  const Any value = codec::ReadAny(member);
  return IsTrue(&value);
}

}  // namespace

DocOptions SubdocOptions(const DocState& doc, const Item& item) {
  codec::ByteReader in(codec::AsBytes(doc.bytes.View(item.content, item.content_size)));
  DocOptions options;
  options.guid = std::string(in.ReadVarString());
  const Any wire = codec::ReadAny(in);
  const Any* gc = wire.Find("gc");
  const bool* keeps = gc == nullptr ? nullptr : gc->if_bool();
  options.gc = keeps == nullptr || *keeps;
  options.auto_load = IsTrue(wire.Find("autoLoad"));
  options.should_load = options.auto_load;
  if (const Any* meta = wire.Find("meta")) options.meta = *meta;
  return options;
}

std::string SubdocContent(const Doc& doc) {
  Any::Object wire;
  if (!doc.gc()) wire.emplace_back("gc", false);
  if (doc.auto_load()) wire.emplace_back("autoLoad", true);
  if (!doc.meta().is_null() && !doc.meta().is_undefined()) wire.emplace_back("meta", doc.meta());
  codec::ByteWriter out;
  out.WriteVarString(doc.guid());
  codec::WriteAny(out, Any(std::move(wire)));
  return out.Take();
}

Subdocs::~Subdocs() {
  for (auto& [item, entry] : entries_) {
    if (entry.doc != nullptr) entry.doc->state()->parent = nullptr;
  }
}

Subdocs::Entry* Subdocs::Find(LocalId item) {
  const auto found = entries_.find(item);
  return found == entries_.end() ? nullptr : &found->second;
}

void Subdocs::Add(LocalId item, Entry& entry) {
  TransactionState& transaction = parent_.transaction();
  entry.added_in = transaction.number;
  entry.loaded_at = kNoIndex;
  entry.added_at = static_cast<uint32_t>(transaction.subdocs_added.size());
  transaction.subdocs_added.push_back({item, entry.doc});
  transaction.needs_tidying = true;
}

void Subdocs::Integrated(ItemRef ref) {
  const Item& item = parent_.items[ref];
  Entry& entry = entries_[item.id];
  entry.doc = std::exchange(next_, nullptr);
  bool should_load;
  if (entry.doc != nullptr) {
    entry.doc->state()->parent = &parent_;
    entry.doc->state()->parent_item = item.id;
    should_load = entry.doc->should_load();
  } else {
    should_load = LoadsByItself(parent_, item);
  }
  Add(item.id, entry);
  if (!should_load) return;
  std::vector<SubdocChange>& loaded = parent_.transaction().subdocs_loaded;
  entry.loaded_at = static_cast<uint32_t>(loaded.size());
  loaded.push_back({item.id, entry.doc});
}

void Subdocs::Deleted(ItemRef ref) {
  const LocalId item = parent_.items[ref].id;
  Entry* entry = Find(item);
  if (entry == nullptr) return;
  TransactionState& transaction = parent_.transaction();
  if (entry->added_in == transaction.number) {
    // Added and removed: as if it had never been there, but Yjs still tells that it is to be
    // loaded.
    transaction.subdocs_added[entry->added_at].item = LocalId();
    if (entry->loaded_at != kNoIndex && !parent_.on_subdocs.empty()) {
      transaction.subdocs_loaded[entry->loaded_at].doc = Made(item, *entry);
    }
    if (entry->doc != nullptr) entry->doc->state()->parent = nullptr;
  } else if (entry->doc != nullptr || !parent_.on_subdocs.empty()) {
    // Made now, while the item has its content.
    transaction.subdocs_removed.push_back({item, Made(item, *entry)});
  }
  entries_.erase(item);
}

std::shared_ptr<Doc> Subdocs::MakeFrom(const Item& item) {
  DocOptions options = SubdocOptions(parent_, item);
  options.client_id = parent_.options.client_id;
  options.collection_id = parent_.options.collection_id;
  auto doc = std::make_shared<Doc>(std::move(options));
  doc->state()->parent = &parent_;
  doc->state()->parent_item = item.id;
  return doc;
}

std::shared_ptr<Doc> Subdocs::Made(LocalId item, Entry& entry) {
  if (entry.doc == nullptr) entry.doc = MakeFrom(parent_.items[parent_.FindItem(item)]);
  return entry.doc;
}

std::shared_ptr<Doc> Subdocs::Get(const Item& item) {
  if (Entry* entry = Find(item.id)) return Made(item.id, *entry);
  if (std::shared_ptr<Doc> removed = parent_.FindRemovedSubdoc(item.id)) return removed;
  auto doc = MakeFrom(item);
  doc->state()->parent = nullptr;  // nobody knew it while it was there
  return doc;
}

std::vector<LocalId> Subdocs::Sorted() const {
  std::vector<std::pair<const Entry*, LocalId>> entries;
  for (const auto& [item, entry] : entries_) entries.emplace_back(&entry, item);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.first->added_in != b.first->added_in ? a.first->added_in < b.first->added_in
                                                  : a.first->added_at < b.first->added_at;
  });
  std::vector<LocalId> items;
  for (const auto& [entry, item] : entries) items.push_back(item);
  return items;
}

std::vector<std::shared_ptr<Doc>> Subdocs::All() {
  std::vector<std::shared_ptr<Doc>> docs;
  for (const LocalId item : Sorted()) docs.push_back(Made(item, *Find(item)));
  return docs;
}

std::vector<std::shared_ptr<Doc>> Subdocs::Made() const {
  std::vector<std::shared_ptr<Doc>> docs;
  for (const LocalId item : Sorted()) {
    if (const auto& doc = entries_.find(item)->second.doc) docs.push_back(doc);
  }
  return docs;
}

std::vector<std::string> Subdocs::Guids() const {
  std::vector<std::string> guids;
  for (const LocalId item : Sorted()) {
    const auto& doc = entries_.find(item)->second.doc;
    guids.push_back(doc != nullptr
                        ? doc->guid()
                        : SubdocOptions(parent_, parent_.items[parent_.FindItem(item)]).guid);
  }
  return guids;
}

void Subdocs::Replace(LocalId item, const std::shared_ptr<Doc>& doc) {
  parent_.Begin(nullptr, /*local=*/true);
  // When the item is deleted, nothing takes the place.
  if (Entry* entry = Find(item); entry != nullptr && entry->doc == doc) {
    DocOptions options = SubdocOptions(parent_, parent_.items[parent_.FindItem(item)]);
    options.should_load = false;
    entry->doc = std::make_shared<Doc>(std::move(options));
    entry->doc->state()->parent = &parent_;
    entry->doc->state()->parent_item = item;
    Add(item, *entry);
  }
  parent_.transaction().subdocs_removed.push_back({item, doc});
  parent_.transaction().needs_tidying = true;
  parent_.End();
}

void Subdocs::Load(LocalId item, std::shared_ptr<Doc> doc) {
  parent_.Begin(nullptr, /*local=*/true);
  parent_.transaction().subdocs_loaded.push_back({item, std::move(doc)});
  parent_.transaction().needs_tidying = true;
  parent_.End();
}

void Subdocs::Commit(TransactionState& transaction) {
  auto& added = transaction.subdocs_added;
  std::erase_if(added, [](const SubdocChange& change) { return !change.item.exists(); });
  if (added.empty() && transaction.subdocs_removed.empty() && transaction.subdocs_loaded.empty()) {
    return;
  }
  const bool tell = !parent_.on_subdocs.empty();
  SubdocsEvent event{{}, {}, {}, transaction.origin, transaction.local};
  const auto doc_of = [&](SubdocChange& change) {
    Entry* entry = change.doc == nullptr ? Find(change.item) : nullptr;
    if (entry != nullptr) change.doc = tell ? Made(change.item, *entry) : entry->doc;
    return change.doc;
  };
  for (SubdocChange& change : added) {
    const std::shared_ptr<Doc> doc = doc_of(change);
    if (doc == nullptr) continue;
    doc->set_client_id(parent_.options.client_id);
    DocOptions& options = doc->state()->options;
    if (options.collection_id.empty()) options.collection_id = parent_.options.collection_id;
    event.added.push_back(doc);
  }
  for (SubdocChange& change : transaction.subdocs_loaded) {
    if (std::shared_ptr<Doc> doc = doc_of(change)) event.loaded.push_back(std::move(doc));
  }
  for (SubdocChange& change : transaction.subdocs_removed) event.removed.push_back(change.doc);
  parent_.on_subdocs.Call(event);
  for (const std::shared_ptr<Doc>& doc : event.removed) doc->Destroy();
}

}  // namespace ypp::internal
