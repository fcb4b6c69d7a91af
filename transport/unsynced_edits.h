// What a provider has not been told is stored: how many bytes, and since when. Acknowledgements
// come in the order of what they are for.
#ifndef YPP_TRANSPORT_UNSYNCED_EDITS_H_
#define YPP_TRANSPORT_UNSYNCED_EDITS_H_

#include <cstddef>
#include <cstdint>
#include <deque>

namespace ypp::transport {

class UnsyncedEdits {
 public:
  // An edit that was not sent: there is no connection, or it waits to be sent with others.
  void OnUnsent(size_t size_bytes, int64_t now_ms) {
    Begin(now_ms);
    unsent_bytes_ += size_bytes;
  }
  // An update was sent, with all that waited for it.
  void OnSent(size_t size_bytes, int64_t now_ms) {
    if (size_bytes > 0) Begin(now_ms);
    sent_.push_back(size_bytes);
    sent_bytes_ += size_bytes;
    unsent_bytes_ = 0;
  }
  // For the oldest that was sent. What was refused is not stored until a later exchange of states.
  void OnAcknowledged(bool applied) {
    if (sent_.empty()) return;
    sent_bytes_ -= sent_.front();
    if (!applied) unsent_bytes_ += sent_.front();
    sent_.pop_front();
    if (bytes() == 0) since_ms_ = 0;
  }
  // The connection is gone, and with it the acknowledgements.
  void OnLost() {
    unsent_bytes_ += sent_bytes_;
    sent_bytes_ = 0;
    sent_.clear();
  }

  size_t bytes() const { return sent_bytes_ + unsent_bytes_; }
  // Of the oldest of them; 0: there are none.
  int64_t since_ms() const { return since_ms_; }

 private:
  void Begin(int64_t now_ms) {
    if (bytes() == 0) since_ms_ = now_ms;
  }

  std::deque<size_t> sent_;
  size_t sent_bytes_ = 0;
  size_t unsent_bytes_ = 0;
  int64_t since_ms_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_UNSYNCED_EDITS_H_
