// TLS of one accepted connection, between bytes of the network and bytes of the protocol.
#ifndef YPP_TRANSPORT_TLS_SESSION_H_
#define YPP_TRANSPORT_TLS_SESSION_H_

#include <openssl/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace ypp::transport {

// Of TLS, as PEM files.
struct TlsFiles {
  std::string certificate;  // with the chain up to the root
  std::string key;

  bool empty() const { return certificate.empty(); }
};

// A certificate and its key, ready for use; TLS 1.2 and up.
class TlsContext {
 public:
  // InvalidArgument for files that cannot be used.
  static absl::StatusOr<std::shared_ptr<TlsContext>> Read(const TlsFiles& files);
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* get() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

// Not a boost::asio::ssl::stream, since that holds two buffers of 17 KiB for as long as it lives;
// this holds what is under way.
class TlsSession {
 public:
  explicit TlsSession(const TlsContext& context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Gives `plain` what the bytes hold; it may write over them. False: the session has ended, or
  // these were no TLS.
  bool Decrypt(std::string_view encrypted, const std::function<void(absl::Span<char>)>& plain);
  void Encrypt(std::string_view plain);
  // What is to be sent: after either of the above, for a handshake answers as well.
  std::string TakeEncrypted();

 private:
  ssl_st* ssl_;
  bio_st* in_;         // the session's
  bio_st* out_;        // the session's
  std::string early_;  // to be encrypted once the handshake is done
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_TLS_SESSION_H_
