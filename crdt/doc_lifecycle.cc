// What happens to a document as a whole: its name, loading, syncing, sub-documents, its end.
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "crdt/doc.h"
#include "crdt/doc_state.h"
#include "crdt/random_bits.h"

namespace ypp {

using internal::CallbackList;
using internal::DocState;

namespace {

// A UUID of version 4, RFC 9562.
std::string RandomGuid() {
  static constexpr char kDigits[] = "0123456789abcdef";
  auto bytes = internal::RandomBits<std::array<uint8_t, 16>>();
  bytes[6] = (bytes[6] & 0x0f) | 0x40;  // version
  bytes[8] = (bytes[8] & 0x3f) | 0x80;  // variant
  std::string guid;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) guid += '-';
    guid += kDigits[bytes[i] >> 4];
    guid += kDigits[bytes[i] & 15];
  }
  return guid;
}

// Calls once.
template <typename... Args, typename Fits>
Subscription Once(CallbackList<Args...>& list, std::function<void()> callback, Fits fits) {
  auto done = std::make_shared<bool>(false);
  return list.Add([done, callback = std::move(callback), fits](Args... args) {
    if (*done || !fits(args...)) return;
    *done = true;
    callback();
  });
}

}  // namespace

const std::string& Doc::guid() const {
  // Most documents are never asked for it.
  if (state_->options.guid.empty()) state_->options.guid = RandomGuid();
  return state_->options.guid;
}

const std::string& Doc::collection_id() const { return state_->options.collection_id; }
const Any& Doc::meta() const { return state_->options.meta; }
bool Doc::gc() const { return state_->options.gc; }
bool Doc::auto_load() const { return state_->options.auto_load; }
bool Doc::should_load() const { return state_->options.should_load; }

std::vector<std::shared_ptr<Doc>> Doc::Subdocs() const { return state_->subdocs.All(); }
std::vector<std::string> Doc::SubdocGuids() const { return state_->subdocs.Guids(); }

void Doc::Load() {
  if (state_->parent != nullptr && !state_->options.should_load) {
    state_->parent->subdocs.Load(state_->parent_item, shared_from_this());
  }
  state_->options.should_load = true;
}

void Doc::Destroy() {
  const std::shared_ptr<Doc> self = weak_from_this().lock();
  state_->is_destroyed = true;
  const auto subdocs = state_->on_subdocs.empty() ? state_->subdocs.Made() : state_->subdocs.All();
  for (const std::shared_ptr<Doc>& subdoc : subdocs) subdoc->Destroy();
  if (DocState* parent = std::exchange(state_->parent, nullptr)) {
    parent->subdocs.Replace(state_->parent_item, self);
  }
  state_->on_destroy.Call();
  state_->CancelSubscriptions();
}

bool Doc::is_destroyed() const { return state_->is_destroyed; }
Subscription Doc::OnDestroy(std::function<void()> callback) {
  return state_->on_destroy.Add(std::move(callback));
}

void Doc::SetLoaded() {
  state_->is_loaded = true;
  state_->on_load.Call();
}

void Doc::SetSynced(bool synced) {
  state_->is_synced = synced;
  if (synced && !state_->is_loaded) SetLoaded();
  state_->on_sync.Call(synced);
}

bool Doc::is_loaded() const { return state_->is_loaded; }
bool Doc::is_synced() const { return state_->is_synced; }
Subscription Doc::OnLoad(std::function<void()> callback) {
  return state_->on_load.Add(std::move(callback));
}
Subscription Doc::OnSync(std::function<void(bool)> callback) {
  return state_->on_sync.Add(std::move(callback));
}

Subscription Doc::WhenLoaded(std::function<void()> callback) {
  if (!state_->is_loaded) return Once(state_->on_load, std::move(callback), [] { return true; });
  callback();
  return Subscription();
}

Subscription Doc::WhenSynced(std::function<void()> callback) {
  if (!state_->is_synced) {
    return Once(state_->on_sync, std::move(callback), [](bool synced) { return synced; });
  }
  callback();
  return Subscription();
}

}  // namespace ypp
