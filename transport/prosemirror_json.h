// A document of ProseMirror (and so of Tiptap) as its JSON and as the XML that its Yjs binding
// keeps:
//
//   {"type": "doc", "content": [{"type": "paragraph", "attrs": {...}, "content": [
//     {"type": "text", "text": "hi", "marks": [{"type": "bold", "attrs": {...}}]}]}]}
//
// Nodes are XML elements with their attributes, texts are XML texts with their marks as formats;
// the whole is an XML fragment. What webhooks send and take.
#ifndef YPP_TRANSPORT_PROSEMIRROR_JSON_H_
#define YPP_TRANSPORT_PROSEMIRROR_JSON_H_

#include "absl/status/status.h"
#include "codec/any.h"
#include "crdt/xml.h"

namespace ypp::transport {

// What nests deeper than kMaxAnyDepth is left out.
Any ProsemirrorJson(const XmlFragment& fragment);

// Appends the nodes of a {"type": "doc"}. InvalidArgument for what is none, or nests too deep;
// nothing is changed then.
absl::Status InsertProsemirrorJson(const Any& json, XmlFragment fragment);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_PROSEMIRROR_JSON_H_
