#include "transport/direct_member.h"

#include <utility>

namespace ypp::transport {
namespace {

// Everything on the relay's thread.
struct DirectMember : HubMember {
  void Send(MemberId, const MessagePtr&) override {}
  void OnRemoved(MemberId) override {}
  ContextPtr MemberContext() override { return context; }

  HostedDocumentPtr document() const { return id == 0 ? nullptr : hub->DocumentOf(id); }
  void Leave() {
    if (id != 0) hub->Leave(std::exchange(id, 0));
  }

  DocumentHub* hub = nullptr;
  ContextPtr context;
  MemberId id = 0;
};

class Connection final : public DirectConnection {
 public:
  Connection(std::shared_ptr<DirectMember> member, Executor executor)
      : member_(std::move(member)), executor_(std::move(executor)) {}
  ~Connection() override { Disconnect(); }

  void Transact(std::function<void(Doc&)> edit,
                std::function<void(absl::Status)> durable) override {
    executor_.post([member = member_, edit = std::move(edit), durable = std::move(durable)] {
      const HostedDocumentPtr document = member->document();
      if (document == nullptr) {
        if (durable) durable(absl::UnavailableError("the document is no longer open"));
        return;
      }
      document->TransactAs(member->id, edit, true);
      if (durable) document->WhenDurable(durable);
    });
  }
  void TransactWithoutStore(std::function<void(Doc&)> edit) override {
    executor_.post([member = member_, edit = std::move(edit)] {
      if (const auto document = member->document()) document->TransactAs(member->id, edit, false);
    });
  }
  void Read(std::function<void(RelayDocument&)> look) override {
    executor_.post([member = member_, look = std::move(look)] {
      if (const auto document = member->document()) look(*document);
    });
  }
  void Disconnect() override {
    executor_.post([member = member_] { member->Leave(); });
  }

 private:
  std::shared_ptr<DirectMember> member_;
  Executor executor_;
};

}  // namespace

void OpenDirectMember(DocumentHub* hub, const Executor& executor, std::string document,
                      ContextPtr context,
                      std::function<void(absl::StatusOr<std::shared_ptr<DirectConnection>>)> done) {
  auto member = std::make_shared<DirectMember>();
  member->hub = hub;
  member->context = std::move(context);
  JoinRequest request;
  request.document = document;
  request.address = std::move(document);
  request.direct = true;
  request.member = member;
  // `member` lives as long as the request does.
  request.done = [member, executor, done = std::move(done)](const absl::StatusOr<MemberId>& id) {
    if (!id.ok()) return done(id.status());
    member->id = *id;
    done(std::make_shared<Connection>(member, executor));
  };
  hub->Join(std::move(request));
}

}  // namespace ypp::transport
