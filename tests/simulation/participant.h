// Somebody who has documents open through a provider: edits them, goes offline and comes back,
// tells others past the relay, and may be gone from one moment to the next with all that was not
// sent.
#ifndef YPP_TESTS_SIMULATION_PARTICIPANT_H_
#define YPP_TESTS_SIMULATION_PARTICIPANT_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crdt/awareness.h"
#include "crdt/doc.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "transport/client_core.h"

namespace ypp::simulation {

// What a document shows, in an order that all replicas have in common.
std::string Shown(Doc& doc);

class Participant {
 public:
  // An update that went to somebody directly.
  using Gossip = std::function<void(size_t document, const std::string& update)>;

  Participant(Clock* clock, Chance* chance, ClientId client,
              const std::vector<std::string>& documents, transport::OpenSocket open_socket,
              Gossip gossip);
  // Killed.
  ~Participant();
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;

  void Edit();
  void Receive(size_t document, const std::string& update);
  void SetOnline(bool online) { online ? core_->Connect() : core_->Disconnect(); }
  // Takes leave of the relay.
  void Leave();
  // Some of its last edits of the document, in any order, some more than once.
  std::vector<std::string> SayAgain(size_t document);

  ClientId client() const { return client_; }
  Doc& doc(size_t document) { return replicas_[document]->doc; }
  Awareness& awareness() { return awareness_; }
  // The relay has acknowledged all of its edits of the document, and it has what the relay had.
  bool Synced(size_t document) const;

 private:
  struct Replica {
    explicit Replica(ClientId client) : doc(DocOptions{client}) {}

    Doc doc;
    Subscription updates;
    std::deque<std::string> last_edits;
    std::shared_ptr<transport::ClientSession> session;
  };

  void EditText(Text text);
  void EditArray(Array array);
  void EditMap(Map map);

  Clock* clock_;
  Chance* chance_;
  ClientId client_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::vector<std::unique_ptr<Replica>> replicas_;
  Awareness awareness_;
  int64_t wake_at_ms_ = 0;
  std::unique_ptr<transport::ClientCore> core_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_PARTICIPANT_H_
