#include "transport/document_members.h"

#include <utility>

namespace ypp::transport {

std::optional<DocumentMembers::Member> DocumentMembers::Take(MemberId id) {
  const auto it = members_.find(id);
  if (it == members_.end()) return std::nullopt;
  Member taken = std::move(it->second);
  members_.erase(it);
  return taken;
}

std::shared_ptr<HubMember> DocumentMembers::Find(MemberId id) const {
  const auto it = members_.find(id);
  return it == members_.end() ? nullptr : it->second.member.lock();
}

RelayConnectionPtr DocumentMembers::ConnectionOf(MemberId id) const {
  const std::shared_ptr<HubMember> member = Find(id);
  return member == nullptr ? nullptr : member->AsConnection();
}

std::vector<RelayConnectionPtr> DocumentMembers::connections() const {
  std::vector<RelayConnectionPtr> connections;
  for (const auto& [id, member] : members_) {
    if (RelayConnectionPtr connection = ConnectionOf(id)) {
      connections.push_back(std::move(connection));
    }
  }
  return connections;
}

ChangeOrigin DocumentMembers::OriginOf(MemberId id) const {
  ChangeOrigin origin;
  if (const auto member = Find(id)) {
    origin.connection = member->AsConnection();
    origin.context = member->MemberContext();
    if (origin.connection != nullptr) origin.source = ChangeSource::kConnection;
  }
  return origin;
}

std::string DocumentMembers::UserOf(MemberId id) const {
  const auto member = Find(id);
  const ContextPtr context = member != nullptr ? member->MemberContext() : nullptr;
  const Any* const user = context != nullptr ? context->Find("user") : nullptr;
  return user != nullptr && user->if_string() != nullptr ? *user->if_string() : std::string();
}

}  // namespace ypp::transport
