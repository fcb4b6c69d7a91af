#include "tests/simulation/repeater.h"

#include <utility>

#include "codec/byte_reader.h"
#include "transport/frame.h"

namespace ypp::simulation {

Repeater::Repeater(const transport::OpenSocket& open_socket, std::string document,
                   std::vector<std::string> updates)
    : document_(std::move(document)), updates_(std::move(updates)) {
  transport::SocketEvents events;
  events.on_open = [this] { Speak(); };
  socket_ = open_socket(std::move(events));
}

void Repeater::Speak() {
  socket_->Send(transport::WriteToken(document_, "token", "4.8.0"));
  for (const std::string& update : updates_) {
    socket_->Send(
        transport::WriteSync(document_, codec::SyncType::kUpdate, codec::AsBytes(update)));
  }
}

}  // namespace ypp::simulation
