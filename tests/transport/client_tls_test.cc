// wss:// against a TLS server with a certificate made here, and how failures to connect are told.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crdt/doc.h"
#include "transport/client.h"
#include "transport/frame.h"

namespace ypp {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

// A key and a certificate for `name` (a DNS name) that is its own authority, as PEM.
std::pair<std::string, std::string> MakeCertificate(const std::string& name) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("ypp test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name,
                                                    absl::StrCat("DNS:", name).c_str());
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  const std::unique_ptr<BIO, decltype(&BIO_free)> key_pem(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> certificate_pem(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  const auto text = [](BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, size);
  };
  return {text(key_pem.get()), text(certificate_pem.get())};
}

// Serves one connection at a time on 127.0.0.1 until it is destroyed.
class TestServer {
 public:
  explicit TestServer(std::function<void(tcp::socket)> serve)
      : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
        thread_([this, serve = std::move(serve)] {
          boost::system::error_code error;
          while (true) {
            tcp::socket socket(io_);
            acceptor_.accept(socket, error);
            if (error || stopping_) return;
            try {
              serve(std::move(socket));
            } catch (const std::exception&) {
              // The client went away, which some tests want.
            }
          }
        }) {}
  ~TestServer() {
    stopping_ = true;
    boost::system::error_code error;
    tcp::socket(io_).connect(acceptor_.local_endpoint(), error);
    thread_.join();
  }
  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// The least that makes a provider synced.
template <typename Stream>
void ServeDocument(Stream& websocket) {
  beast::flat_buffer buffer;
  websocket.read(buffer);
  const std::string message = beast::buffers_to_string(buffer.data());
  const std::string address(transport::ReadFrame(codec::AsBytes(message)).address);
  websocket.binary(true);
  websocket.write(asio::buffer(transport::WriteAuthenticated(address, transport::kScopeReadWrite)));
  websocket.write(asio::buffer(transport::WriteSync(address, codec::SyncType::kStep2,
                                                    codec::AsBytes(std::string_view("\0\0", 2)))));
  while (true) websocket.read(buffer);
}

class ClientTlsTest : public testing::Test {
 protected:
  ClientTlsTest() {
    auto [key, certificate] = MakeCertificate("localhost");
    std::ofstream(ca_file_) << certificate;
    tls_.use_private_key(asio::buffer(key), asio::ssl::context::pem);
    tls_.use_certificate(asio::buffer(certificate), asio::ssl::context::pem);
  }
  ~ClientTlsTest() override { std::filesystem::remove(ca_file_); }

  std::function<void(tcp::socket)> ServeTls() {
    return [this](tcp::socket socket) {
      beast::websocket::stream<beast::ssl_stream<tcp::socket>> websocket(std::move(socket), tls_);
      websocket.next_layer().handshake(asio::ssl::stream_base::server);
      websocket.accept();
      ServeDocument(websocket);
    };
  }

  // Why the first attempt failed, empty if it did not.
  std::string Connect(const std::string& url, const std::string& ca_file) {
    std::mutex mutex;
    std::condition_variable changed;
    std::string reason;
    ClientEvents events;
    events.on_disconnect = [&](uint16_t, const std::string& why) {
      std::lock_guard<std::mutex> lock(mutex);
      if (reason.empty()) reason = why;
      changed.notify_all();
    };
    ProviderEvents provider_events;
    bool synced = false;
    provider_events.on_synced = [&](bool) {
      std::lock_guard<std::mutex> lock(mutex);
      synced = true;
      changed.notify_all();
    };
    ClientOptions options;
    options.url = url;
    options.ca_file = ca_file;
    const auto client = *Client::Create(options, events);
    Doc doc;
    ProviderOptions provider_options;
    provider_options.document = "doc";
    const auto provider = *client->Attach(doc, nullptr, provider_options, provider_events);
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(10), [&] { return synced || !reason.empty(); });
    return synced ? "" : reason;
  }

  const std::string ca_file_ =
      (std::filesystem::temp_directory_path() / absl::StrCat("ypp-client-tls-", getpid(), ".pem"))
          .string();
  asio::ssl::context tls_{asio::ssl::context::tls_server};
};

TEST_F(ClientTlsTest, SyncsWithAServerWhoseCertificateItTrusts) {
  TestServer server(ServeTls());
  EXPECT_EQ(Connect(absl::StrCat("wss://localhost:", server.port()), ca_file_), "");
}

TEST_F(ClientTlsTest, RefusesACertificateNobodyVouchesFor) {
  TestServer server(ServeTls());
  EXPECT_EQ(Connect(absl::StrCat("wss://localhost:", server.port()), ""),
            "TLS handshake failed (self-signed certificate)");
}

TEST_F(ClientTlsTest, RefusesACertificateForAnotherName) {
  TestServer server(ServeTls());
  EXPECT_EQ(Connect(absl::StrCat("wss://127.0.0.1:", server.port()), ca_file_),
            "TLS handshake failed (IP address mismatch)");
}

TEST_F(ClientTlsTest, RefusesTlsOlderThanOnePointTwo) {
  SSL_CTX_set_max_proto_version(tls_.native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_security_level(tls_.native_handle(), 0);
  TestServer server(ServeTls());
  EXPECT_NE(Connect(absl::StrCat("wss://localhost:", server.port()), ca_file_), "");
}

TEST_F(ClientTlsTest, SaysWhichHttpStatusRefusedIt) {
  TestServer server([](tcp::socket socket) {
    namespace http = beast::http;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(socket, buffer, request);
    http::response<http::string_body> response(http::status::forbidden, 11, "no");
    response.prepare_payload();
    http::write(socket, response);
  });
  EXPECT_EQ(Connect(absl::StrCat("ws://127.0.0.1:", server.port()), ""), "HTTP 403");
}

TEST_F(ClientTlsTest, SaysThatNobodyListens) {
  int port = 0;
  {
    TestServer server([](tcp::socket) {});
    port = server.port();
  }
  EXPECT_EQ(Connect(absl::StrCat("ws://127.0.0.1:", port), ""), "Connection refused");
}

}  // namespace
}  // namespace ypp
