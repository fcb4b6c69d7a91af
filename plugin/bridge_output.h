// The lines of a bridge on their way out, so that a host that does not read holds up nobody.
#ifndef YPP_PLUGIN_BRIDGE_OUTPUT_H_
#define YPP_PLUGIN_BRIDGE_OUTPUT_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace ypp::plugin {

// From any thread.
class BridgeOutput {
 public:
  BridgeOutput(int fd, size_t max_bytes);
  // Writes what waits, unless the other side is gone.
  ~BridgeOutput();
  BridgeOutput(const BridgeOutput&) = delete;
  BridgeOutput& operator=(const BridgeOutput&) = delete;

  void Send(std::string line);
  // Nothing is sent behind it, whoever still has something to say.
  void SendLast(std::string line);
  // Is left out while too much waits; `resync` goes in its place, once.
  void SendEvent(std::string line, const std::string& resync);
  // Waits until there is room again, or the other side is gone (false).
  bool WaitForRoom();

 private:
  void Push(std::string line);  // with the lock
  void Write();

  const int fd_;
  const size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  size_t waiting_bytes_ = 0;
  bool dropped_ = false;  // and the resync event waits
  bool ending_ = false;
  bool broken_ = false;
  bool last_is_sent_ = false;
  std::thread thread_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_BRIDGE_OUTPUT_H_
