// XML types as text, byte for byte as their toString in Yjs.
#ifndef YPP_CRDT_XML_PRINT_H_
#define YPP_CRDT_XML_PRINT_H_

#include <string>

#include "crdt/shared_type.h"

namespace ypp::internal {

// `depth` is how deep the type lies in what is being shown. Types deeper than kMaxAnyDepth are left
// out, so that no document can exhaust the stack. Sources: toString in yjs
// src/types/YXmlFragment.js, YXmlElement.js, YXmlText.js.
std::string PrintXml(const SharedType& type, int depth);

}  // namespace ypp::internal

#endif  // YPP_CRDT_XML_PRINT_H_
