#include "tests/simulation/simulation.h"

#include <map>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "codec/check.h"
#include "crdt/check_invariants.h"
#include "tests/crdt/allocation_meter.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/log_disk.h"
#include "tests/simulation/network.h"
#include "tests/simulation/participant.h"
#include "tests/simulation/relay_process.h"
#include "tests/simulation/repeater.h"
#include "tests/simulation/sqlite_disk.h"

namespace ypp::simulation {
namespace {

constexpr int64_t kChaosMs = 30'000;
// Enough for every timeout there is to pass in a row: a socket that is dead at one end only, a full
// backoff.
constexpr int64_t kPeaceMs = 10 * 60'000;
// Awareness of those who are gone ends by itself.
constexpr int64_t kAwarenessMs = 3 * kAwarenessTimeoutMs;
// What a relay that has served may keep beside what a new one has: tables that have grown, counters
// of what it refused.
constexpr size_t kIdleBytes = 4'096;

std::unique_ptr<Disk> MakeDisk(uint64_t seed, Clock* clock, Chance* chance) {
  if (seed % kSeedsPerSqlite == 0) return std::make_unique<SqliteDisk>(clock, chance);
  return std::make_unique<LogDisk>(clock, chance);
}

class World {
 public:
  explicit World(uint64_t seed)
      : chance_(seed), network_(&clock_, &chance_), disk_(MakeDisk(seed, &clock_, &chance_)) {
    for (uint64_t i = 0; i <= chance_.Below(2); ++i)
      documents_.push_back(absl::StrCat("document", i));
    acknowledged_.resize(documents_.size());
    StartRelay();
    participants_.resize(2 + chance_.Below(3));
    for (size_t i = 0; i < participants_.size(); ++i) StartParticipant(i);
    Tick();
  }

  // Sockets on their way hold connections, which do not outlive their relay.
  ~World() {
    participants_.clear();
    repeaters_.clear();
    network_.LoseRelay();
    relay_ = nullptr;
  }

  Outcome Run() {
    const int64_t peace_ms = clock_.now_ms() + kChaosMs;
    while (clock_.now_ms() < peace_ms && failure_.empty()) {
      Chaos();
      clock_.RunUntil(clock_.now_ms() + chance_.Between(0, 250));
      NoteAcknowledged();
    }
    if (failure_.empty()) MakePeace();
    if (failure_.empty()) CheckReplicas();
    if (failure_.empty()) CheckAwareness();
    if (failure_.empty()) CheckNobodyStays();
    if (failure_.empty()) CheckRelayIsAsNew();
    outcome_.failure = failure_;
    for (const auto& of_document : acknowledged_) {
      for (const auto& [client, clock] : of_document) outcome_.events.acknowledged_clocks += clock;
    }
    outcome_.events.disk_failures = disk_->events().failures;
    outcome_.events.full_disks = disk_->events().full;
    outcome_.events.torn_writes = disk_->events().torn_writes;
    return std::move(outcome_);
  }

 private:
  void Fail(std::string failure) {
    if (failure_.empty()) failure_ = std::move(failure);
  }

  void Tick() {
    network_.Tick();
    if (relay_ != nullptr) relay_->Tick();
    clock_.After(1'000, [this] { Tick(); });
  }

  // Again and again, if the disk does not let it.
  void StartRelay() {
    if (relay_ != nullptr) return;
    relay_ = std::make_unique<RelayProcess>(&clock_, disk_.get());
    if (!relay_->runs()) {
      relay_ = nullptr;
      return clock_.After(1'000, [this] { StartRelay(); });
    }
    network_.Listen([this](std::shared_ptr<transport::Socket> socket) {
      return relay_->Accept(std::move(socket));
    });
  }
  void KillRelay() {
    NoteAcknowledged();
    network_.LoseRelay();
    relay_ = nullptr;
    disk_->PowerCut();
    CheckDisk();
  }

  void StartParticipant(size_t i) {
    participants_[i] = nullptr;
    participants_[i] = std::make_unique<Participant>(
        &clock_, &chance_, ++last_client_, documents_, network_.OpenerOf(i),
        [this, i](size_t document, const std::string& update) { SendGossip(i, document, update); });
  }

  // Past the relay: late, not at all, or twice.
  void SendGossip(size_t from, size_t document, const std::string& update) {
    for (int copies = 0; copies < 2 && chance_.Percent(10); ++copies) {
      const size_t to = chance_.Below(participants_.size());
      if (to == from) continue;
      ++outcome_.events.gossip;
      clock_.After(chance_.Between(1, 5'000), [this, to, document, update] {
        if (participants_[to] != nullptr) participants_[to]->Receive(document, update);
      });
    }
  }

  void Chaos();
  void Disturb(size_t i);
  void DisturbDisk();
  void Repeat(size_t i);
  void MakePeace();
  bool EverybodySynced();

  void NoteAcknowledged();
  void CheckDisk();
  void CheckReplicas();
  void CheckAwareness();
  void CheckNobodyStays();
  void CheckRelayIsAsNew();
  size_t BytesOfRelay();

  const AllocationMeter meter_;
  Clock clock_;
  Chance chance_;
  Network network_;
  std::unique_ptr<Disk> disk_;
  std::vector<std::string> documents_;
  std::unique_ptr<RelayProcess> relay_;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::set<std::shared_ptr<Repeater>> repeaters_;
  ClientId last_client_ = 100;
  // Of each document, by client: edits that the relay said are safe.
  std::vector<std::map<ClientId, ypp::Clock>> acknowledged_;
  bool peace_ = false;
  std::string failure_;
  Outcome outcome_;
};

// --- What goes wrong

void World::Chaos() {
  const size_t i = chance_.Below(participants_.size());
  const uint64_t dice = chance_.Below(100);
  if (dice < 80) {
    ++outcome_.events.edits;
    participants_[i]->Edit();
  } else if (dice < 95) {
    Disturb(i);
  } else if (dice < 97) {
    DisturbDisk();
  } else if (relay_ != nullptr) {
    ++outcome_.events.relay_kills;
    KillRelay();
    clock_.After(chance_.Between(0, 5'000), [this] { StartRelay(); });
  }
}

void World::DisturbDisk() {
  if (chance_.Percent(30)) {
    disk_->SetFull(true);
    clock_.After(chance_.Between(100, 5'000), [this] { disk_->SetFull(false); });
  } else {
    disk_->SetFaults(static_cast<unsigned>(chance_.Below(60)));
    clock_.After(chance_.Between(100, 3'000), [this] { disk_->SetFaults(0); });
  }
}

void World::Repeat(size_t i) {
  const size_t document = chance_.Below(documents_.size());
  std::vector<std::string> updates = participants_[i]->SayAgain(document);
  outcome_.events.repeated += updates.size();
  auto repeater =
      std::make_shared<Repeater>(network_.OpenerOf(i), documents_[document], std::move(updates));
  repeaters_.insert(repeater);
  clock_.After(chance_.Between(1'000, 10'000), [this, repeater] { repeaters_.erase(repeater); });
}

void World::Disturb(size_t i) {
  switch (chance_.Below(5)) {
    case 0:
      ++outcome_.events.cuts;
      return network_.CutLinksOf(i, static_cast<Network::Cut>(chance_.Below(3)));
    case 1:
      ++outcome_.events.partitions;
      network_.SetReachable(i, false);
      clock_.After(chance_.Between(100, 20'000), [this, i] { network_.SetReachable(i, true); });
      return;
    case 2:
      participants_[i]->SetOnline(false);
      clock_.After(chance_.Between(1, 10'000), [this, i] { participants_[i]->SetOnline(true); });
      return;
    case 3:
      return Repeat(i);
    default:
      if (!chance_.Percent(30)) return;
      ++outcome_.events.participant_kills;
      NoteAcknowledged();
      StartParticipant(i);
  }
}

void World::MakePeace() {
  disk_->SetFaults(0);
  disk_->SetFull(false);
  network_.Calm();
  StartRelay();
  for (size_t i = 0; i < participants_.size(); ++i) {
    network_.SetReachable(i, true);
    participants_[i]->SetOnline(true);
  }
  // What was to go wrong or right later still does: nothing of that takes longer than this.
  clock_.RunUntil(clock_.now_ms() + 30'000);
  const int64_t end_ms = clock_.now_ms() + kPeaceMs;
  while (!EverybodySynced() && clock_.now_ms() < end_ms) clock_.RunUntil(clock_.now_ms() + 1'000);
  for (size_t i = 0; i < participants_.size(); ++i) {
    for (size_t d = 0; d < documents_.size(); ++d) {
      if (!participants_[i]->Synced(d))
        Fail(absl::StrCat("participant ", i, " is stuck with ", documents_[d]));
    }
  }
  // What is on its way to others.
  clock_.RunUntil(clock_.now_ms() + 10'000);
  NoteAcknowledged();
}

bool World::EverybodySynced() {
  for (const auto& participant : participants_) {
    for (size_t d = 0; d < documents_.size(); ++d) {
      if (!participant->Synced(d)) return false;
    }
  }
  return true;
}

// --- What has to be true

// Only of one's own edits: those of others are shown before they are safe.
void World::NoteAcknowledged() {
  for (const auto& participant : participants_) {
    for (size_t d = 0; d < documents_.size(); ++d) {
      if (!participant->Synced(d)) continue;
      acknowledged_[d][participant->client()] =
          participant->doc(d).GetStateVector().Get(participant->client());
    }
  }
}

void World::CheckDisk() {
  for (size_t d = 0; d < documents_.size(); ++d) {
    Doc stored;
    for (const std::string& update : disk_->Synced(documents_[d])) {
      if (!stored.ApplyUpdate(update).ok()) Fail("the disk holds a bad update");
    }
    const StateVector has = stored.GetStateVector();
    for (const auto& [client, clock] : acknowledged_[d]) {
      if (has.Get(client) >= clock) continue;
      Fail(absl::StrCat("of client ", client, " ", clock, " clocks were acknowledged, and ",
                        has.Get(client), " are on the disk"));
    }
  }
}

void World::CheckReplicas() {
  CheckDisk();
  for (size_t d = 0; d < documents_.size(); ++d) {
    Outcome::Document document;
    document.updates = disk_->Synced(documents_[d]);
    Doc stored;
    for (const std::string& update : document.updates) (void)stored.ApplyUpdate(update);
    document.shown = Shown(stored);
    document.text = stored.GetText("text").ToString();
    for (const auto& participant : participants_) {
      Doc& doc = participant->doc(d);
      if (absl::Status status = CheckInvariants(doc); !status.ok())
        Fail(std::string(status.message()));
      if (!(doc.GetStateVector() == stored.GetStateVector())) {
        Fail(absl::StrCat("client ", participant->client(),
                          " and the disk differ in what they have of ", documents_[d]));
      } else if (Shown(doc) != document.shown) {
        Fail(absl::StrCat("client ", participant->client(),
                          " and the disk show different content of ", documents_[d]));
      }
    }
    outcome_.documents.push_back(std::move(document));
  }
}

void World::CheckAwareness() {
  clock_.RunUntil(clock_.now_ms() + kAwarenessMs);
  std::set<ClientId> there;
  for (const auto& participant : participants_) there.insert(participant->client());
  for (const auto& participant : participants_) {
    std::set<ClientId> seen;
    for (const auto& [client, state] : participant->awareness().states()) seen.insert(client);
    if (seen != there)
      Fail(absl::StrCat("client ", participant->client(),
                        " does not see exactly those who are there"));
  }
}

void World::CheckNobodyStays() {
  for (const auto& participant : participants_) participant->Leave();
  clock_.RunUntil(clock_.now_ms() + kPeaceMs);
  if (relay_->hub().member_count() != 0) Fail("the relay still has members when all have left");
  if (relay_->hub().document_count() != 0)
    Fail("the relay still has documents open when all have left");
}

void World::CheckRelayIsAsNew() {
  const size_t idle_bytes = BytesOfRelay();
  disk_->PowerCut();
  StartRelay();
  const size_t new_bytes = BytesOfRelay();
  if (idle_bytes > new_bytes + kIdleBytes) {
    Fail(absl::StrCat("when all have left the relay holds ", idle_bytes, " bytes, a new one ",
                      new_bytes));
  }
}

// What is freed when it goes.
size_t World::BytesOfRelay() {
  const size_t with_relay = meter_.held();
  relay_ = nullptr;
  return with_relay - meter_.held();
}

}  // namespace

Events& Events::operator+=(const Events& other) {
  edits += other.edits;
  cuts += other.cuts;
  partitions += other.partitions;
  relay_kills += other.relay_kills;
  participant_kills += other.participant_kills;
  disk_failures += other.disk_failures;
  full_disks += other.full_disks;
  torn_writes += other.torn_writes;
  gossip += other.gossip;
  repeated += other.repeated;
  acknowledged_clocks += other.acknowledged_clocks;
  return *this;
}

Outcome Simulate(uint64_t seed) {
  const AllocationMeter meter;
  Outcome outcome = World(seed).Run();
  // What is left when a copy of the outcome takes the outcome's place.
  const size_t held = meter.held();
  Outcome copy = outcome;
  const size_t size = meter.held() - held;
  outcome = Outcome();
  const size_t left = meter.held() - size;
  if (copy.failure.empty() && left > 0) copy.failure = absl::StrCat(left, " bytes were not freed");
  return copy;
}

}  // namespace ypp::simulation
