// What one socket of a client may ask of the relay.
#ifndef YPP_TRANSPORT_CONNECTION_LIMITS_H_
#define YPP_TRANSPORT_CONNECTION_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace ypp::transport {

struct ConnectionLimits {
  // Of messages that wait for authentication or for a document to be loaded, over all addresses of
  // a socket. As Hocuspocus.
  size_t max_queued_bytes = 5u << 20;
  size_t max_queued_messages = 1'000;
  // Addresses that are not yet authenticated. As Hocuspocus.
  size_t max_pending_documents = 100;
  // Open documents: each costs memory for as long as its connection lasts.
  size_t max_documents = 1'000;
  // Longer names are refused; they would be carried in every message.
  size_t max_document_name_bytes = 1'024;
  // One message. The default of Hocuspocus (that of `ws`).
  size_t max_message_bytes = 100u << 20;
  // Of a socket that was granted nothing yet: one message, and what waits; when more waits it is
  // not read from. A token and a state vector of thousands of clients fit, and strangers cannot
  // make the relay keep more than this each.
  size_t max_unauthenticated_bytes = 64u << 10;
  // Of a socket, over all documents. Whoever sends more is not read from until it is paid for;
  // nothing is lost. 0: no limit. These stop what runs wild: people make some ten messages a
  // second, a script that fills a document some thousands; a first sync is one large message.
  double max_messages_per_second = 100'000;
  double max_bytes_per_second = 64u << 20;
  double max_awareness_per_second = 1'000;
  // From the opening of the socket to the first document granted. Traffic does not extend it.
  // More than an authenticator needs that asks another server.
  int64_t authentication_timeout_ms = 10'000;
  // Without any protocol message. A provider renews its awareness every 15 s, but a browser may
  // slow a hidden page's timers down to one run a minute.
  int64_t idle_timeout_ms = 120'000;
  // Without having sent anything, a Ping goes out, to providers that know it (v4): they give a
  // silent relay up after 30 s.
  int64_t ping_after_ms = 20'000;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CONNECTION_LIMITS_H_
