// Who is in one open document: clients and the program's own, by id, and who each of them is.
//
// A part of its document, on the relay's thread.
#ifndef YPP_TRANSPORT_DOCUMENT_MEMBERS_H_
#define YPP_TRANSPORT_DOCUMENT_MEMBERS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "transport/member_id.h"
#include "transport/relay_document.h"
#include "transport/socket.h"

namespace ypp::transport {

// One connection of one document, as the document sees it.
class HubMember {
 public:
  virtual ~HubMember() = default;
  virtual void Send(MemberId id, const MessagePtr& message) = 0;
  // The room ended it, and has said so in a CLOSE.
  virtual void OnRemoved(MemberId id) = 0;
  // What hooks see of it; null for one that is no client.
  virtual RelayConnectionPtr AsConnection() { return nullptr; }
  virtual ContextPtr MemberContext() { return nullptr; }
};

class DocumentMembers {
 public:
  struct Member {
    std::weak_ptr<HubMember> member;
    bool direct = false;  // no client: it gets no messages and is counted apart
  };

  void Add(MemberId id, Member member) { members_[id] = std::move(member); }
  // It is no member any more. nullopt: it was none.
  std::optional<Member> Take(MemberId id);

  bool empty() const { return members_.empty(); }
  size_t size() const { return members_.size(); }

  // Null for one who is gone, or none at all.
  std::shared_ptr<HubMember> Find(MemberId id) const;
  // The same for those that are no clients.
  RelayConnectionPtr ConnectionOf(MemberId id) const;
  std::vector<RelayConnectionPtr> connections() const;
  ChangeOrigin OriginOf(MemberId id) const;
  // Who it was, for the history: the "user" of the member's context, if there is one.
  std::string UserOf(MemberId id) const;

 private:
  absl::flat_hash_map<MemberId, Member> members_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_MEMBERS_H_
