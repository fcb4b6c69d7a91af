// Documents of a client that is known.
#ifndef YPP_TESTS_CRDT_WITH_CLIENT_H_
#define YPP_TESTS_CRDT_WITH_CLIENT_H_

#include "codec/id.h"
#include "crdt/doc.h"

namespace ypp {

inline DocOptions WithClient(ClientId client, bool gc = true) {
  DocOptions options;
  options.client_id = client;
  options.gc = gc;
  return options;
}

inline Doc DocOf(ClientId client) { return Doc(WithClient(client)); }

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_WITH_CLIENT_H_
