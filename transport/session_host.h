// The socket and the clock of a client's session (client_session.h) and of its parts.
#ifndef YPP_TRANSPORT_SESSION_HOST_H_
#define YPP_TRANSPORT_SESSION_HOST_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ypp::transport {

class SessionHost {
 public:
  virtual ~SessionHost() = default;
  virtual void Send(std::string_view message) = 0;
  virtual size_t buffered_bytes() const = 0;
  virtual size_t max_send_buffer_bytes() const = 0;
  // While it is, edits stay in the document and questions without answer: a server that does not
  // read cannot make us keep more.
  bool congested() const { return buffered_bytes() > max_send_buffer_bytes(); }
  virtual int64_t NowMs() const = 0;
  // Something changed next_deadline_ms or wants_socket by itself.
  virtual void Reschedule() = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SESSION_HOST_H_
