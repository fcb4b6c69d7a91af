// The XML types of Yjs: a tree of elements and texts, as rich-text editors keep their documents.
//
//   ypp::XmlFragment page = doc.GetXmlFragment("page");
//   page.Push({ypp::NewXmlElement("p", {ypp::NewXmlText("hello")}, {{"class", "intro"}})});
//   ypp::XmlElement paragraph = page.FirstChild().xml_element();
//   paragraph.SetAttribute("id", "p1");
//   std::string xml = page.ToString();  // <p class="intro" id="p1">hello</p>
//
// Children can be values of any kind, but trees are made of XML types: insert NewXmlElement,
// NewXmlText and the like (new_type.h). ToString prints what Yjs prints, byte for byte: names in
// lower case, attributes sorted, nothing escaped; so it is for comparing and showing rather than
// for a parser.
//
// Errors and transactions are those of Array and Map: an edit that is refused changes nothing.
#ifndef YPP_CRDT_XML_H_
#define YPP_CRDT_XML_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "codec/any.h"
#include "crdt/list_iterator.h"
#include "crdt/map.h"
#include "crdt/shared_type.h"
#include "crdt/text.h"
#include "crdt/value.h"

namespace ypp {

// Goes through all shared types below a root, parents before their children, and into elements and
// fragments only.
//
//   for (const ypp::SharedType& node : page.CreateTreeWalker()) …
//
// What is inserted or deleted meanwhile is seen if it lies ahead. The walk ends when the node it
// stands on has been collected.
class XmlTreeWalker {
 public:
  // Which nodes to stop at. Children of others are visited all the same. Must not edit the
  // document.
  using Filter = std::function<bool(const SharedType&)>;

  XmlTreeWalker(SharedType root, Filter filter) : root_(root), filter_(std::move(filter)) {}

  // The next node, not valid() at the end.
  SharedType Next();

  class Iterator {
   public:
    explicit Iterator(XmlTreeWalker* walker) : walker_(walker) { ++*this; }
    Iterator() = default;
    const SharedType& operator*() const { return node_; }
    Iterator& operator++() {
      node_ = walker_->Next();
      return *this;
    }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.node_ != b.node_; }

   private:
    XmlTreeWalker* walker_ = nullptr;
    SharedType node_;  // not valid() at the end
  };
  // For one walk: it goes on from where this walker stands.
  Iterator begin() { return Iterator(this); }
  Iterator end() { return Iterator(); }

 private:
  SharedType root_;
  Filter filter_;
  SharedType current_;
  bool started_ = false;
};

// A list of nodes.
class XmlFragment : public SharedType {
 public:
  XmlFragment() = default;
  explicit XmlFragment(SharedType type) : SharedType(type) {}

  uint32_t length() const;
  // Undefined when index >= length().
  Value Get(uint32_t index) const;
  // Undefined when there is none.
  Value FirstChild() const { return Get(0); }
  std::vector<Value> ToVector() const { return Slice(0); }
  // From `start` up to before `end`. Negative ones count from the end, and what lies outside is
  // left out.
  std::vector<Value> Slice(int64_t start, int64_t end = INT64_MAX) const;
  // In order, each child once; the callback must not edit this fragment.
  void ForEach(const std::function<void(const Value&)>& visit) const;
  ListIterator begin() const { return ListIterator(*this); }
  ListIterator end() const { return ListIterator(); }

  XmlTreeWalker CreateTreeWalker(XmlTreeWalker::Filter filter = nullptr) const {
    return XmlTreeWalker(*this, std::move(filter));
  }
  // Elements by their name, in whatever case it is written, anywhere below. There are no other
  // selectors, as in Yjs. The first one is not valid() when there is none.
  XmlElement QuerySelector(std::string_view node_name) const;
  std::vector<XmlElement> QuerySelectorAll(std::string_view node_name) const;

  // Of an element also the element itself. What nests deeper than kMaxAnyDepth is left out.
  std::string ToString() const;
  // The same as a value.
  Any ToJson() const { return Any(ToString()); }
  // The content without its history, to be inserted somewhere else (new_type.h).
  NewType Clone() const;

  // OutOfRange when index > length(); InvalidArgument for what an array cannot hold either.
  absl::Status Insert(uint32_t index, absl::Span<const Value> children);
  // Behind `child`, which must be a child of this fragment (else InvalidArgument), or before all
  // others when it is undefined or null.
  absl::Status InsertAfter(const Value& child, absl::Span<const Value> children);
  absl::Status Push(absl::Span<const Value> children) { return Insert(length(), children); }
  absl::Status Unshift(absl::Span<const Value> children) { return Insert(0, children); }
  // OutOfRange when not all of the range is there.
  absl::Status Delete(uint32_t index, uint32_t length = 1);
};

// A node with a name, attributes and children.
class XmlElement : public XmlFragment {
 public:
  XmlElement() = default;
  explicit XmlElement(SharedType type) : XmlFragment(type) {}

  // A root element has none of its own and is called "UNDEFINED", as in Yjs.
  std::string node_name() const;

  // Attributes may be values of any kind; most are strings.
  absl::Status SetAttribute(std::string_view name, const Value& value);
  absl::Status RemoveAttribute(std::string_view name);
  bool HasAttribute(std::string_view name) const;
  // Undefined when there is none.
  Value GetAttribute(std::string_view name) const;
  // Names that are array indices first, the others in the order in which they came.
  Entries GetAttributes() const;

  // The neighbours among the parent's children; undefined at its ends.
  Value NextSibling() const;
  Value PrevSibling() const;
};

// Formatted text as a node.
class XmlText : public Text {
 public:
  XmlText() = default;
  explicit XmlText(SharedType type) : Text(type) {}

  // Formats as tags, the members of a format's value as the tag's attributes, both sorted.
  // Text::ToString gives the characters alone.
  std::string ToString() const;
  Any ToJson() const { return Any(ToString()); }

  // The neighbours among the parent's children; undefined at its ends.
  Value NextSibling() const;
  Value PrevSibling() const;
};

// A map as a node, with the name of who knows what to do with it.
class XmlHook : public Map {
 public:
  XmlHook() = default;
  explicit XmlHook(SharedType type) : Map(type) {}

  std::string hook_name() const;
};

}  // namespace ypp

#endif  // YPP_CRDT_XML_H_
