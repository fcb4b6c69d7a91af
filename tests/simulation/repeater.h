// A second connection of a participant, which overlaps with the first and says again what that one
// said: in any order, some of it more than once. For updates are what can arrive twice or out of
// order. Within a connection nothing does, for it is TCP, and its acknowledgements are counted; but
// another one of the same replica, or one of somebody who passes on what he heard, is served in
// whatever order the network likes.
#ifndef YPP_TESTS_SIMULATION_REPEATER_H_
#define YPP_TESTS_SIMULATION_REPEATER_H_

#include <memory>
#include <string>
#include <vector>

#include "transport/client_socket.h"

namespace ypp::simulation {

// Connects at once, and is there until it is destroyed.
class Repeater {
 public:
  Repeater(const transport::OpenSocket& open_socket, std::string document,
           std::vector<std::string> updates);
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;

 private:
  void Speak();

  std::string document_;
  std::vector<std::string> updates_;
  std::unique_ptr<transport::ClientSocket> socket_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_REPEATER_H_
