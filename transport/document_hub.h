// All documents of a relay by name, and all members by id. What happens to one document is in
// hosted_document.h.
//
// Everything happens on the relay's thread, completions of the store too.
#ifndef YPP_TRANSPORT_DOCUMENT_HUB_H_
#define YPP_TRANSPORT_DOCUMENT_HUB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "transport/document_host.h"
#include "transport/hook_chain.h"
#include "transport/hosted_document.h"
#include "transport/member_id.h"
#include "transport/relay_metrics.h"
#include "transport/room.h"
#include "transport/store.h"

namespace ypp::transport {

class DocumentHub : private DocumentHost {
 public:
  // All three must outlive the hub.
  DocumentHub(Store* store, const HookChains* hooks, RelayMetrics* metrics, HubOptions options);
  ~DocumentHub() override;
  DocumentHub(const DocumentHub&) = delete;
  DocumentHub& operator=(const DocumentHub&) = delete;

  void Join(JoinRequest request);
  void Leave(MemberId id);
  // `send_back`: see Room::Handle.
  void Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms,
              bool send_back = false);
  void Close(MemberId id, std::string_view reason);
  void SetReadOnly(MemberId id, bool read_only);
  void Tick(int64_t now_ms);
  void BroadcastStateless(std::string_view document, std::string payload);

  // The document that a member belongs to, or one by name; null when there is none, or when it is
  // not open yet.
  HostedDocumentPtr DocumentOf(MemberId id) const;
  HostedDocumentPtr FindOpen(std::string_view name) const;
  std::vector<HostedDocumentPtr> open_documents() const;

  // Closes its connections with `reason`, and deletes what the store has of it. Clients that still
  // hold a copy bring it back unless they are kept out.
  void Delete(const std::string& name, std::string_view reason,
              std::function<void(absl::Status)> done);

  // Runs what OnStoreDocument is due for, and calls `done` once what came so far is stored.
  void Flush(std::function<void()> done);

  // Members need an identity (client_id_owners.h).
  bool binds_client_ids() const { return options_.room.bind_client_ids; }
  size_t document_count() const { return documents_.size(); }
  size_t member_count() const { return homes_.size(); }

 private:
  // DocumentHost
  Store& store() override { return *store_; }
  const HubOptions& options() const override { return options_; }
  const HookChains& hooks() const override { return *hooks_; }
  RelayMetrics& metrics() override { return *metrics_; }
  MemberId NewMember(const HostedDocumentPtr& document) override;
  void DropMember(MemberId id) override { homes_.erase(id); }
  void Forget(HostedDocument& document) override;
  std::shared_ptr<const bool> alive() const override { return alive_; }

  Store* store_;
  const HookChains* hooks_;
  RelayMetrics* metrics_;
  HubOptions options_;
  absl::flat_hash_map<std::string, HostedDocumentPtr> documents_;
  absl::flat_hash_map<MemberId, std::weak_ptr<HostedDocument>> homes_;
  MemberId last_member_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_HUB_H_
