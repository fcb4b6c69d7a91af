#include "transport/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

constexpr size_t kRecordBytes = 16 * 1024;

absl::Status LastError(std::string_view what, const std::string& file) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat("TLS ", std::string(what), " ", file, ": ", text.data()));
}

}  // namespace

absl::StatusOr<std::shared_ptr<TlsContext>> TlsContext::Read(const TlsFiles& files) {
  ERR_clear_error();
  auto context = std::make_shared<TlsContext>(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const raw = context->get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // Of 1.2 only what every browser of the last ten years has: forward secrecy, authenticated
  // encryption. Those of 1.3 are all fit.
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Buffers are let go of while a connection is idle.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1) {
    return LastError("certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return LastError("key", files.key);
  }
  if (SSL_CTX_check_private_key(raw) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("TLS key ", files.key, ": not that of ", files.certificate));
  }
  return context;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

TlsSession::TlsSession(const TlsContext& context)
    : ssl_(SSL_new(context.get())), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(ssl_, in_, out_);
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

bool TlsSession::Decrypt(std::string_view encrypted,
                         const std::function<void(absl::Span<char>)>& plain) {
  ERR_clear_error();
  BIO_write(in_, encrypted.data(), static_cast<int>(encrypted.size()));
  std::array<char, kRecordBytes> buffer;
  int got = 0;
  while ((got = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
    plain(absl::MakeSpan(buffer.data(), static_cast<size_t>(got)));
  }
  const int error = SSL_get_error(ssl_, got);
  if (!early_.empty() && SSL_is_init_finished(ssl_)) Encrypt(std::exchange(early_, {}));
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

void TlsSession::Encrypt(std::string_view plain) {
  if (!SSL_is_init_finished(ssl_)) {
    early_.append(plain);
    return;
  }
  ERR_clear_error();
  // The memory it writes to takes everything.
  while (!plain.empty()) {
    const size_t size = std::min<size_t>(plain.size(), INT32_MAX);
    const int taken = SSL_write(ssl_, plain.data(), static_cast<int>(size));
    if (taken <= 0) return;  // the session has ended
    plain.remove_prefix(static_cast<size_t>(taken));
  }
}

std::string TlsSession::TakeEncrypted() {
  std::string bytes(BIO_ctrl_pending(out_), '\0');
  if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace ypp::transport
