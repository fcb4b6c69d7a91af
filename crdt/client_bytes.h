// The id of the client that was written last, as bytes: mostly the same one comes again.
#ifndef YPP_CRDT_CLIENT_BYTES_H_
#define YPP_CRDT_CLIENT_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "codec/byte_writer.h"
#include "crdt/client_table.h"

namespace ypp::internal {

class ClientBytes {
 public:
  // Returns where the next byte goes. REQUIRES: room for kMaxVarUintBytes at `p`; always the same
  // table.
  char* Put(char* p, const ClientTable& clients, ClientIndex client) {
    if (client != client_) Set(clients, client);
    std::memcpy(p, &word_, sizeof(word_));
    return p + size_bytes_;
  }

 private:
  [[gnu::noinline]] void Set(const ClientTable& clients, ClientIndex client) {
    char bytes[codec::kMaxVarUintBytes] = {};
    size_bytes_ = static_cast<size_t>(codec::PutVarUint(bytes, clients[client].id) - bytes);
    std::memcpy(&word_, bytes, sizeof(word_));  // an id takes eight bytes at most
    client_ = client;
  }

  ClientIndex client_ = kNoIndex;
  uint64_t word_ = 0;
  size_t size_bytes_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CLIENT_BYTES_H_
