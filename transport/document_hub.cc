#include "transport/document_hub.h"

#include <utility>

namespace ypp::transport {

DocumentHub::DocumentHub(Store* store, const HookChains* hooks, RelayMetrics* metrics,
                         HubOptions options)
    : store_(store), hooks_(hooks), metrics_(metrics), options_(std::move(options)) {
  options_.room.report_changes = !hooks->on_change.empty();
  options_.room.report_awareness = !hooks->on_awareness_update.empty();
}

DocumentHub::~DocumentHub() = default;

void DocumentHub::Join(JoinRequest request) {
  HostedDocumentPtr& slot = documents_[request.document];
  if (slot != nullptr) {
    const HostedDocumentPtr document = slot;
    document->Join(std::move(request));
    return;
  }
  slot = std::make_shared<HostedDocument>(static_cast<DocumentHost*>(this), request.document);
  metrics_->documents.Set(static_cast<double>(documents_.size()));
  const HostedDocumentPtr document = slot;
  document->Open(std::move(request));
}

MemberId DocumentHub::NewMember(const HostedDocumentPtr& document) {
  homes_[++last_member_] = document;
  return last_member_;
}

void DocumentHub::Forget(HostedDocument& document) {
  const auto it = documents_.find(document.name());
  if (it != documents_.end() && it->second.get() == &document) documents_.erase(it);
  metrics_->documents.Set(static_cast<double>(documents_.size()));
}

HostedDocumentPtr DocumentHub::DocumentOf(MemberId id) const {
  const auto home = homes_.find(id);
  return home == homes_.end() ? nullptr : home->second.lock();
}

HostedDocumentPtr DocumentHub::FindOpen(std::string_view name) const {
  const auto it = documents_.find(std::string(name));
  return it != documents_.end() && it->second->live() ? it->second : nullptr;
}

std::vector<HostedDocumentPtr> DocumentHub::open_documents() const {
  std::vector<HostedDocumentPtr> open;
  open.reserve(documents_.size());
  for (const auto& [name, document] : documents_) {
    if (document->live()) open.push_back(document);
  }
  return open;
}

void DocumentHub::Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms,
                         bool send_back) {
  if (const HostedDocumentPtr document = DocumentOf(id)) {
    document->Handle(id, type, body, now_ms, send_back);
  }
}

void DocumentHub::Leave(MemberId id) {
  if (const HostedDocumentPtr document = DocumentOf(id)) document->Leave(id);
}

void DocumentHub::Close(MemberId id, std::string_view reason) {
  if (const HostedDocumentPtr document = DocumentOf(id)) document->CloseMember(id, reason);
}

void DocumentHub::SetReadOnly(MemberId id, bool read_only) {
  if (const HostedDocumentPtr document = DocumentOf(id)) document->SetReadOnly(id, read_only);
}

void DocumentHub::Tick(int64_t now_ms) {
  for (const HostedDocumentPtr& document : open_documents()) document->Tick(now_ms);
}

void DocumentHub::BroadcastStateless(std::string_view name, std::string payload) {
  if (const HostedDocumentPtr document = FindOpen(name)) {
    document->BroadcastStateless(std::move(payload), {});
  }
}

void DocumentHub::Delete(const std::string& name, std::string_view reason,
                         std::function<void(absl::Status)> done) {
  const auto it = documents_.find(name);
  if (it != documents_.end()) {
    const HostedDocumentPtr document = it->second;
    document->Discard(reason);
  }
  // Behind every append of that document, and before any load of its successor.
  store_->Delete(name, std::move(done));
}

void DocumentHub::Flush(std::function<void()> done) {
  std::vector<HostedDocumentPtr> documents;
  for (const auto& [name, document] : documents_) documents.push_back(document);
  // One more than there are documents, so that `done` comes last and exactly once.
  const auto waits_for = std::make_shared<size_t>(documents.size() + 1);
  const auto one_done = [waits_for, done = std::move(done)] {
    if (--*waits_for == 0) done();
  };
  for (const HostedDocumentPtr& document : documents) document->Flush(one_done);
  one_done();
}

}  // namespace ypp::transport
