// An update without its secrets: for showing a document that misbehaves to somebody who must not
// read it.
//
// Every value is replaced by the number of its struct, every text by as many digits, every map key
// by a number, the same key always by the same. Who wrote what, when, where and how long it is
// stays, as do the names of roots. The bytes are those that Yjs 13.6 gives.
#ifndef YPP_CODEC_OBFUSCATE_H_
#define YPP_CODEC_OBFUSCATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/update_reader.h"

namespace ypp {

struct ObfuscateOptions {
  bool formatting = true;  // keys and values of text formats
  bool subdocs = true;     // guids and options of sub-documents
  bool yxml = true;        // names of XML elements and hooks
};

// DataLoss with the byte offset for a bad update.
absl::StatusOr<std::string> ObfuscateUpdate(codec::Bytes update, UpdateFormat format,
                                            const ObfuscateOptions& options = {},
                                            const DecodeLimits& limits = {});

}  // namespace ypp

#endif  // YPP_CODEC_OBFUSCATE_H_
