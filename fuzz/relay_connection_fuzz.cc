// Any bytes as the messages of a client, authenticated or not, to a relay where somebody else has
// the same document open: that one's edits go on being acknowledged, and when the sockets have
// ended nothing of them is left.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "codec/check.h"
#include "crdt/doc.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/log_disk.h"
#include "tests/simulation/relay_process.h"
#include "tests/transport/recording_socket.h"
#include "transport/frame.h"

namespace {

using ypp::codec::AsBytes;
using ypp::codec::Bytes;
using ypp::codec::SyncType;
using ypp::transport::RecordingSocket;
using ypp::transport::SocketHandler;

constexpr char kDocument[] = "doc";
constexpr int64_t kTurnMs = 100;  // of the store, too

struct Peer {
  explicit Peer(ypp::simulation::RelayProcess& relay)
      : socket(std::make_shared<RecordingSocket>()), handler(relay.Accept(socket)) {}

  void Send(const std::string& message) { handler->OnMessage(AsBytes(message)); }

  std::shared_ptr<RecordingSocket> socket;
  std::shared_ptr<SocketHandler> handler;
};

// The first byte says whether it authenticates; then each message is a length and so many bytes.
void Attack(Peer& attacker, Bytes script, ypp::simulation::Clock& clock) {
  if ((script[0] & 1) != 0) attacker.Send(ypp::transport::WriteToken(kDocument, "token", "4.8.0"));
  script.remove_prefix(1);
  while (!script.empty()) {
    const size_t size = std::min<size_t>(script[0], script.size() - 1);
    attacker.handler->OnMessage(script.subspan(1, size));
    if (script[0] % 4 == 0) clock.RunUntil(clock.now_ms() + kTurnMs);
    script.remove_prefix(1 + size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  ypp::simulation::Clock clock;
  ypp::simulation::Chance chance(1);
  ypp::simulation::LogDisk disk(&clock, &chance);
  ypp::simulation::RelayProcess relay(&clock, &disk);
  {
    Peer honest(relay);
    honest.Send(ypp::transport::WriteToken(kDocument, "token", "4.8.0"));
    clock.RunUntil(clock.now_ms() + kTurnMs);
    Peer attacker(relay);
    Attack(attacker, {data, size}, clock);
    clock.RunUntil(clock.now_ms() + kTurnMs);

    ypp::Doc doc(ypp::DocOptions{7'777'777});
    YPP_CHECK(doc.GetText("honest").Append("still here").ok());
    (void)honest.socket->TakeSent();
    honest.Send(
        ypp::transport::WriteSync(kDocument, SyncType::kUpdate, AsBytes(doc.EncodeUpdate())));
    clock.RunUntil(clock.now_ms() + kTurnMs);
    const std::vector<std::string> answers = honest.socket->TakeSent();
    const std::string acknowledged = ypp::transport::WriteSyncStatus(kDocument, true);
    YPP_CHECK(std::find(answers.begin(), answers.end(), acknowledged) != answers.end());

    attacker.handler->OnClosed();
    honest.handler->OnClosed();
  }
  clock.RunUntil(clock.now_ms() + 60'000);
  YPP_CHECK(relay.hub().member_count() == 0 && relay.hub().document_count() == 0);
  return 0;
}
