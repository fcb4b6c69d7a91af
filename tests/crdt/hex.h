// Bytes as one reads them in a test.
#ifndef YPP_TESTS_CRDT_HEX_H_
#define YPP_TESTS_CRDT_HEX_H_

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "crdt/doc.h"

namespace ypp {

inline std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}
inline std::string Hex(const Doc& doc) { return Hex(doc.EncodeUpdate()); }

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_HEX_H_
